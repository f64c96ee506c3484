"""Looks at a project: its framework, its compose file, its routes and its variables."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from windtunnel.discovery import django, go, node, python, ruby, spring
from windtunnel.discovery.compose import ProjectComposeFile, compose_file, other_files
from windtunnel.discovery.dependencies import DependencySearch, dependency_name
from windtunnel.discovery.endpoints import give_paths
from windtunnel.discovery.file_templates import FileLead, SettingsFile, lead_to, settings_files
from windtunnel.discovery.files import sources
from windtunnel.discovery.findings import (
    Beside,
    Findings,
    Found,
    FoundApi,
    Seen,
    ServiceStart,
    Variable,
)
from windtunnel.discovery.openapi.reading import api_of_project
from windtunnel.discovery.procfile import Process, processes
from windtunnel.discovery.routes import routes
from windtunnel.discovery.variables import variables
from windtunnel.protocols.registry import protocol_named

SUFFIXES = (
    ".py", ".js", ".mjs", ".cjs", ".ts", ".go", ".rb", ".ru", ".java", ".kt", ".prisma",
)  # fmt: skip
_ASKED = re.compile(
    r"(?:https?://[^\s\"'/:]+|(?<=\s)(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]))"
    r"(?::(?P<port>\d+))?(?P<path>/[!-~]*?)?(?=[\s\"'|;]|$)"
)
"""What a health check asks; of several the first with a path: --noproxy names hosts too."""
_MOST_NAMED = 5


def look(folder: Path, documented: FoundApi | None = None) -> Findings:
    """Return what is seen of the project in a folder; nothing of it is run or changed.

    `documented` is what its OpenAPI document says, where that is known already; otherwise one is
    looked for.
    """
    texts = sources(folder, SUFFIXES)
    findings = Findings()
    for kind in (python, node, go, spring, ruby):
        findings.target = kind.target(folder, texts)
        if findings.target:
            break
    _of_procfile(findings, processes(folder))
    file = compose_file(folder, os.environ.get("COMPOSE_FILE", ""))
    if file:
        findings.compose_file = file.name
        findings.service = file.target()
        findings.notes += [f"what was not read: {each}" for each in file.unread]
    findings.notes += _unread_files(folder, file)
    own = findings.service.value if findings.service else ""
    given = file.variables(own) if file and own else []
    if findings.target is None and findings.service is None:
        findings.notes.append("how your service starts: command, service or address")
    outside = variables(
        folder,
        (*texts, *ruby.configured(folder)),
        (*spring.variables(folder), *ruby.variables(folder)),
    )
    if own:
        # Compose's .env is of the whole project: what is empty there is nobody's.
        outside = [each for each in outside if each.value or ".env" not in each.place]
    search = DependencySearch(file, own, django.protocols(texts))
    search.by_variables(outside, given)
    filed = _by_files(findings, search, settings_files(folder, texts, findings.target), outside)
    search.finish()
    findings.dependencies = search.found
    findings.files = [each.written(leads) for each, leads in filed]
    _unset(findings, own)
    hosts = {name for each in file.services.values() for name in each.names} if file else set()
    findings.notes += [*search.notes, *django.unled(texts, hosts)]
    if file:
        _unled(findings, file, own)
        if own:
            _ports(findings, file, own)
    findings.checked = findings.checked or spring.health(folder)
    _documented(findings, folder, documented)
    give_paths(findings, routes(texts), texts)
    return findings


def _by_files(
    findings: Findings,
    search: DependencySearch,
    settings: list[SettingsFile],
    known: list[Variable],
) -> list[tuple[SettingsFile, list[tuple[FileLead, Found]]]]:
    """Take what settings files lead to, and return those that the target can be told to read."""
    filed: list[tuple[SettingsFile, list[tuple[FileLead, Found]]]] = []
    for each in settings:
        if findings.target is None:
            # In containers the names of the compose file lead there.
            file = search.file
            search.by_file(one for one in each.leads if file and file.service_at(one.lead.host))
        elif lead_to(findings.target, each, known):
            filed.append((each, search.by_file(each.leads)))
        else:
            places = ", ".join(f"{one.lead.host}:{one.lead.port}" for one in each.leads)
            findings.notes.append(
                f"how your service is to read another {each.text.name}, which leads to {places}:"
                f" {each.mention} names it, and no argument or variable does. Give it one, and"
                f" [files] writes {each.name} with the proxies' addresses"
            )
    return filed


def _unset(findings: Findings, own: str) -> None:
    """Deal with dependencies that a program without a container is not led to.

    Their variables have names that no shell can set, such as spring.datasource.url.
    """
    target = findings.target
    if target is None:
        return
    for each in list(findings.dependencies):
        if each.environment or any(f"{{{each.name}." in file.text for file in findings.files):
            continue
        if own:
            target.lacks.append(each.service or each.name)
        else:
            findings.dependencies.remove(each)
            findings.notes.append(
                f"how your service reaches {each.name} ({each.place}): by a variable whose name no"
                " shell can set; give it another"
            )


def _documented(findings: Findings, folder: Path, known: FoundApi | None) -> None:
    """Take what an OpenAPI document says, and what of it could not be read."""
    found, unread = (known, []) if known else api_of_project(folder)
    findings.documented = found
    findings.notes += [f"what was not read: {each}" for each in (*unread, *(found or _NONE).unread)]
    if found and found.login and found.login.is_demanded:
        variables = " and ".join(found.login.variables)
        findings.notes.append(f"{variables}, in the environment of who runs the tests: for [login]")
    elif not found and findings.target and findings.target.framework.value == "FastAPI":
        findings.notes.append(
            "requests with bodies: start the service, then windtunnel init --force --openapi"
            " http://127.0.0.1:PORT/openapi.json writes them"
        )


_NONE = FoundApi("")


def _of_procfile(findings: Findings, found: tuple[Process, ...]) -> None:
    """Take the command of `web`, which the project says itself; name the others."""
    for process in found:
        if process.name != "web":
            continue
        framework = (
            findings.target.framework if findings.target else Seen("Procfile", process.place)
        )
        environment = {} if process.takes_port else {"PORT": "{port}"}
        findings.target = ServiceStart(
            framework, process.command, Seen("", process.place), environment=environment
        )
    findings.beside = [
        Beside(each.name, each.command, each.place, each.is_worker)
        for each in found
        if each.name not in {"web", "release"}
    ]


def _unread_files(folder: Path, file: ProjectComposeFile | None) -> Iterator[str]:
    others = [each for each in other_files(folder) if not file or each not in file.files]
    if others:
        named = ", ".join(others[:_MOST_NAMED])
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        yield (
            f"what was not read: {named}{more}; COMPOSE_FILE={others[0]} windtunnel init reads the"
            " first"
        )


def _unled(findings: Findings, file: ProjectComposeFile, own: str) -> None:
    """Take the services that the target needs and no variable leads to.

    In containers a name of the compose file leads there; a program started by a command needs a
    variable.
    """
    led = {each.service for each in findings.dependencies}
    for name in dict.fromkeys([*(file.led(own) if own else ()), *file.unneeded()]):
        image, place = file.image(name), file.place(name)
        if name in led:
            continue
        if image and own and not findings.files:
            usual = protocol_named(image.protocol).default_port
            port = image.port if image.port != usual else 0
            called = dependency_name(name)
            names = {each.name for each in findings.dependencies}
            called += "-service" if called in names else ""
            found = Found(called, image.protocol, {}, place, service=name, port=port)
            findings.dependencies.append(found)
            if findings.target:
                findings.target.lacks.append(name)
        elif image or (own and name in file.needed(own)):
            findings.notes.append(
                f"how {own or 'your service'} reaches {name} ({place}): no variable leads there;"
                f" give it a table [dependencies.{name}]"
            )
    known = led | {*(file.needed(own) if own else ())}
    unclear = [name for name in file.unclear(own) if name not in known] if own else []
    if unclear:
        named = ", ".join(f"{name} ({file.place(name)})" for name in unclear[:_MOST_NAMED])
        more = f" and {len(unclear) - _MOST_NAMED} more" if len(unclear) > _MOST_NAMED else ""
        findings.notes.append(
            f"whether {own} calls {named}{more}: nothing leads there, and the image does not say"
            " what it is"
        )


def _ports(findings: Findings, file: ProjectComposeFile, own: str) -> None:
    """Take the target's port, where it has several, and the path of its health check."""
    service = file.services[own]
    hits = list(_ASKED.finditer(service.check))
    asked = next((hit for hit in hits if hit["path"]), hits[0] if hits else None)
    if asked:
        findings.checked = Seen(asked["path"] or "/", file.place(own))
    ports = [port.target for port in service.ports]
    if len(ports) > 1:
        known = int(asked["port"]) if asked and asked["port"] else 0
        findings.target_port = known if known in ports else ports[0]
