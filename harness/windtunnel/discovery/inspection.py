"""Looks at a project: its framework, its compose file, its routes and its variables."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from windtunnel.discovery import go, node, python
from windtunnel.discovery.compose import ProjectComposeFile, compose_file
from windtunnel.discovery.dependencies import dependencies
from windtunnel.discovery.files import Text, sources
from windtunnel.discovery.findings import Findings, Found, Route, Seen
from windtunnel.discovery.routes import HEALTH, NO_ENDPOINTS, functions, routes
from windtunnel.discovery.variables import variables

SUFFIXES = (".py", ".js", ".mjs", ".cjs", ".ts", ".go")


def look(folder: Path) -> Findings:
    """Return what is seen of the project in a folder; nothing is run and nothing is changed."""
    texts = sources(folder, SUFFIXES)
    findings = Findings()
    for kind in (python, node, go):
        findings.target = kind.target(folder, texts)
        if findings.target:
            break
    file = compose_file(folder, os.environ.get("COMPOSE_FILE", ""))
    if file:
        findings.compose_file = file.name
        findings.service = file.target()
        findings.notes += [f"what was not read: {each}" for each in file.unread]
    given = file.variables(findings.service.value) if file and findings.service else []
    if findings.target is None and findings.service is None:
        findings.notes.append("how your service starts: command, service or address")
    found, notes = dependencies(variables(folder, texts), given, file)
    findings.dependencies = found
    findings.notes += notes
    if file and findings.service:
        findings.notes += _unled(file, findings.service.value, found)
    _paths(findings, routes(texts), texts)
    return findings


def _unled(file: ProjectComposeFile, service: str, found: list[Found]) -> Iterator[str]:
    """Name the services that the target depends on and no variable leads to."""
    led = {each.service for each in found}
    for name in file.needed(service):
        if name not in led:
            yield (
                f"how {service} reaches {name} ({file.place(name)}): no variable leads there; give"
                f" it a table [dependencies.{name}]"
            )


def _paths(findings: Findings, found: list[Route], texts: tuple[Text, ...]) -> None:
    healthy = [route for route in found if route.path.rstrip("/") in HEALTH]
    healthy.sort(key=lambda route: HEALTH.index(route.path.rstrip("/")))
    asked = [route for route in found if route not in healthy and route.path not in NO_ENDPOINTS]
    if healthy:
        findings.health = Seen(healthy[0].path, healthy[0].place)
    elif asked:
        first = next((route for route in asked if route.path == "/"), asked[0])
        why = "no route is named like a health check; better one that calls no dependency"
        findings.health = Seen(first.path, guess=why)
    findings.endpoints = [Seen(route.path, route.place) for route in asked]
    if not asked:
        only = findings.health.value
        findings.endpoints = [Seen(only, guess="no route without parameters was found")]
        findings.notes.append("endpoints: the paths that your criteria are about")
    for dependency in findings.dependencies:
        dependency.endpoint = _endpoint(dependency, asked, texts, findings.endpoints[0].value)


def _endpoint(
    dependency: Found, asked: list[Route], texts: tuple[Text, ...], otherwise: str
) -> Seen:
    """Return the first route that mentions the dependency, itself or in a function it calls."""
    words = {dependency.name, *dependency.environment}
    for name in dependency.environment:
        for text in texts:
            words |= set(
                re.findall(rf"(?i)\b(\w+)\s*(?::[^=\n]+)?:?=[^=\n]*[\"'.]{name}\b", text.text)
            )
    mention = re.compile(
        "|".join(rf"(?<![a-zA-Z0-9]){re.escape(word)}" for word in words), re.IGNORECASE
    )
    for depth in range(3):
        for route in asked:
            if mention.search(functions(route.handler, texts, depth)):
                return Seen(route.path, route.place)
    return Seen(otherwise, guess=f"no route mentions {dependency.name}")
