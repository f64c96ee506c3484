"""The configuration that is written from what was found, each line with where it comes from."""

from collections.abc import Iterable, Iterator, Sequence

from pydantic import BaseModel

from windtunnel.configuration import Configuration, Criteria
from windtunnel.configuration.unsound import is_own_name
from windtunnel.discovery.findings import (
    Beside,
    Findings,
    Found,
    FoundFile,
    FoundLogin,
    FoundRequest,
    Seen,
)
from windtunnel.discovery.toml_text import key, one_line, toml
from windtunnel.protocols.registry import protocol_named
from windtunnel.requests.placeholders import variables

HEAD = """\
# How windtunnel starts this service and breaks what it calls.
# `windtunnel doctor` checks it; `windtunnel config` shows every setting and where it comes from.
"""
OFFERED = ("profile", "backend", "start_deadline", "fallback_header")
"""Settings shown with their defaults, to be found here when they are wanted."""


def written(findings: Findings) -> str:
    """Return the TOML text of a configuration, valid whatever was found."""
    lines = HEAD.split("\n")
    lines += _target(findings)
    lines += _seen("health", findings.health)
    lines += _endpoints(findings.endpoints)
    lines += ["", *_offered(Configuration, OFFERED)]
    if findings.login:
        lines += _login(findings.login)
    for request in findings.requests:
        lines += _request(request)
    for dependency in findings.dependencies:
        lines += _dependency(dependency)
    if not findings.dependencies:
        lines += [
            "",
            "# FILL IN: one table for each thing that the service calls, for example",
            "# [dependencies.prices]",
            '# protocol = "http"',
            '# upstream = "127.0.0.1:9000"      # or command = [...], which starts it',
            '# environment = { PRICES_URL = "http://{address}" }',
            '# endpoint = "/prices"             # a request here calls it once',
        ]
    lines += _programs(findings)
    for file in findings.files:
        lines += _file(file)
    if findings.target_port:
        lines += [
            "",
            "[docker]",
            "# Of several ports the one that is asked",
        ]
        lines += [f"target_port = {findings.target_port}"]
    lines += ["", "# [criteria]", *_offered(Criteria, tuple(Criteria.model_fields))]
    return "\n".join(map(one_line, lines)) + "\n"


def _target(findings: Findings) -> Iterator[str]:
    target, service = findings.target, findings.service
    if target:
        why = target.source.place or f"GUESS: {target.source.guess}"
        yield f"# {target.framework.value} ({target.framework.place}), started as in {why}"
        # Without a container it would not find what only a name of the compose file leads to.
        off = "# " if target.lacks else ""
        if off:
            names = " and ".join(target.lacks)
            yield f"# FILL IN, to run it without containers: no variable leads it to {names}"
        yield f"{off}command = {toml(list(target.command))}"
        if target.port:
            yield "# It listens on a port of its own, which must be free; better let it read PORT."
            yield f"{off}port = {target.port}"
        if target.environment:
            yield f"{off}environment = {toml(target.environment)}"
    if service:
        yield f"# The service in {findings.compose_file}, for the backend docker ({service.place})"
        yield f"service = {toml(service.value)}"
    for beside in findings.beside:
        if not _is_program(beside, findings):
            yield f"# Beside it runs {beside.name}: {' '.join(beside.command)} ({beside.place})"
    if not target and not service:
        yield "# FILL IN: how the service starts; {port} is a free port of 127.0.0.1"
        yield f"command = {toml(['./start', '{host}', '{port}'])}"


def _is_program(beside: Beside, findings: Findings) -> bool:
    """Return whether it is written as a program: a worker beside a target with a command."""
    taken = {"target", *(each.name for each in findings.dependencies)}
    target = findings.target
    is_free = beside.name not in taken and not is_own_name(beside.name)
    return beside.is_worker and is_free and bool(target and not target.lacks)


def _programs(findings: Findings) -> Iterator[str]:
    for beside in findings.beside:
        if _is_program(beside, findings):
            yield ""
            yield f"[programs.{key(beside.name)}]"
            yield f"# {beside.place}; `ready` may say when it has started"
            yield f"command = {toml(beside.command)}"


def _seen(key: str, seen: Seen) -> Iterator[str]:
    if seen.guess:
        yield f"# GUESS: {seen.guess}"
        yield f"{key} = {toml(seen.value)}"
    else:
        yield f"{key} = {toml(seen.value)}  # {seen.place}"


def _endpoints(endpoints: Sequence[Seen]) -> Iterator[str]:
    yield from (f"# GUESS: {each.guess}" for each in endpoints if each.guess)
    yield "endpoints = ["
    for each in endpoints:
        yield f"    {toml(each.value)}," + (f"  # {each.place}" if each.place else "")
    yield "]"


def _login(found: FoundLogin) -> Iterator[str]:
    yield ""
    # Where nothing demands it, it is shown and not in force: it would have to succeed.
    off = "" if found.is_demanded else "# "
    if off:
        yield f"# {found.place} has a login, and no operation that says it needs one:"
    yield f"{off}[login]"
    named = _variables(_sent(found.request)) if found.request else []
    named = list(dict.fromkeys([*found.variables, *named]))
    yield f"# {found.place}; set {' and '.join(named)} in the environment"
    if found.guess:
        yield f"# GUESS: {found.guess}"
    if found.request:
        yield f"{off}request = {toml(_sent(found.request))}"
    if found.header:
        yield f"{off}header = {toml(found.header)}"
    if found.basic:
        yield f"{off}basic = {toml(found.basic)}"


def _request(found: FoundRequest) -> Iterator[str]:
    yield ""
    yield f"[requests.{key(found.name)}]"
    yield f"# {found.method} {found.template} ({found.place})"
    if found.guess:
        yield f"# GUESS: {found.guess}"
    if named := _variables(_sent(found)):
        yield f"# Set {' and '.join(named)} in the environment"
    yield from (f"{name} = {toml(value)}" for name, value in _sent(found).items())
    if found.expect:
        yield f"expect = {toml(found.expect)}"


def _sent(found: FoundRequest) -> dict[str, object]:
    sent: dict[str, object] = {"method": found.method} if found.method != "GET" else {}
    sent["path"] = found.path
    sent |= {"headers": found.headers} if found.headers else {}
    sent |= {"form": found.form} if found.form else {}
    sent |= {"json": found.json} if found.json is not None else {}
    return sent


def _variables(value: object) -> list[str]:
    """Return the variables of the environment that the texts of a request name."""
    if isinstance(value, str):
        return list(dict.fromkeys(variables(value)))
    within = value.values() if isinstance(value, dict) else value
    if not isinstance(within, Iterable):
        return []
    return list(dict.fromkeys(name for each in within for name in _variables(each)))


def _file(found: FoundFile) -> Iterator[str]:
    yield ""
    yield f"[files.{key(found.name)}]"
    yield f"# {found.place} as the target reads it, with the proxies' addresses"
    if "'''" in found.text or one_line(found.text.replace("\n", "")) != found.text.replace(
        "\n", ""
    ):
        yield f"text = {toml(found.text)}"
        return
    yield from f"text = '''\n{found.text}'''".split("\n")


def _dependency(found: Found) -> Iterator[str]:
    yield ""
    yield f"[dependencies.{key(found.name)}]"
    yield f"# {', '.join(found.environment) or found.name} ({found.place})"
    yield f"protocol = {toml(found.protocol)}"
    if found.upstream:
        yield "# One that runs already; or command = [...], which starts it for each session"
        yield f"upstream = {toml(found.upstream)}"
    elif protocol_named(found.protocol).has_own_server:
        yield "# No upstream: windtunnel starts a Redis of its own"
    elif not found.service:
        yield '# FILL IN: upstream = "127.0.0.1:9000" where it runs, or command = [...] to start it'
    if found.service and found.service != found.name:
        yield f"service = {toml(found.service)}"
    if found.port:
        yield f"port = {found.port}"
    if found.guess:
        yield f"# GUESS: {found.guess}"
    if found.environment:
        yield f"environment = {toml(found.environment)}"
    yield from _seen("endpoint", found.endpoint)


def _offered(model: type[BaseModel], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        field = model.model_fields[name]
        text = " ".join((field.description or "").split())
        yield f"# {name} = {toml(field.default)}  # {text}"
