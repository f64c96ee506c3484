"""Which paths a configuration asks: for health, for the criteria, and for each dependency."""

import re

from windtunnel.discovery.files import Text
from windtunnel.discovery.findings import Findings, Found, Route, Seen
from windtunnel.discovery.routes import HEALTH, NO_ENDPOINTS, functions


def give_paths(findings: Findings, found: list[Route], texts: tuple[Text, ...]) -> None:
    """Put paths into what was found, from the routes that the service answers."""
    healthy = [route for route in found if route.path.rstrip("/") in HEALTH]
    healthy.sort(key=lambda route: HEALTH.index(route.path.rstrip("/")))
    asked = [route for route in found if route not in healthy and route.path not in NO_ENDPOINTS]
    if healthy:
        findings.health = Seen(healthy[0].path, healthy[0].place)
    elif findings.checked:
        findings.health = findings.checked
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
