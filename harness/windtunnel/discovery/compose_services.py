"""One service of a compose file as a typed record, whoever read the file."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windtunnel.discovery.compose_merging import Definition, table

_OF_ANOTHER = ("network_mode", "ipc", "pid")
_ENDED = "service_completed_successfully"
MOST = 500
"""Entries of a list that are looked at."""
LONGEST = 2000
"""Characters of a command or a check that are looked at."""
WIDEST = 100
"""Ports of a range that are looked at."""
LAST_PORT = 65535
_SPAN = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Published:
    """A port of a service; 0 where it is not published, or on a port that is drawn."""

    target: int
    here: int = 0


@dataclass(frozen=True, slots=True)
class ComposeService:
    """What is asked of one service."""

    name: str
    image: str = ""
    context: str = ""
    """The folder in which its image is built; empty where it is not built."""
    dockerfile: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    """What it depends on, links to, or shares a network with."""
    ports: tuple[Published, ...] = ()
    command: str = ""
    """Its entry point and command, as one text."""
    check: str = ""
    """The command of its health check, as one text."""
    profiles: tuple[str, ...] = ()
    """With which it is started; without any it always is."""
    names: tuple[str, ...] = ()
    """Under which others reach it, its own first."""

    def published(self, port: int) -> int:
        """Return the port of this machine on which one of its ports is published; 0 for none."""
        return next((each.here for each in self.ports if each.target == port), 0)


def service_of(name: str, definition: Definition, folder: Path) -> ComposeService:
    """Return a service's record. Relative folders are the project's."""
    build = definition.get("build")
    context = build.get("context", ".") if isinstance(build, dict) else build
    dockerfile = build.get("dockerfile") if isinstance(build, dict) else None
    check = definition.get("healthcheck")
    check = check.get("test") if isinstance(check, dict) else None
    check = ["CMD-SHELL", check] if isinstance(check, str) else check
    words = [*_words(definition.get("entrypoint")), *_words(definition.get("command"))]
    return ComposeService(
        name=name,
        image=_text(definition.get("image")),
        context=_inside(_text(context), folder) if build else "",
        dockerfile=_text(dockerfile) or "Dockerfile" if build else "",
        environment={
            key: "" if value is None else _text(value)
            for key, value in table(definition.get("environment")).items()
            if not isinstance(value, dict | list)
        },
        needed=tuple(dict.fromkeys(_needed(definition))),
        ports=tuple(dict.fromkeys(_ports(definition))),
        command=" ".join(words)[:LONGEST],
        check=" ".join(map(_text, _list(check)))[:LONGEST],
        profiles=tuple(map(_text, _list(definition.get("profiles")))),
        names=tuple(dict.fromkeys([name, *_names(definition)])),
    )


def _needed(definition: Definition) -> Iterator[str]:
    links = _list(definition.get("links"))
    for name, each in sorted(table(definition.get("depends_on")).items()):
        # A job that has to end is called by nobody.
        if not isinstance(each, dict) or each.get("condition") != _ENDED:
            yield name
    for each in (*links, *_list(definition.get("volumes_from"))):
        yield _text(each).partition(":")[0]
    for key in _OF_ANOTHER:
        kind, _, other = _text(definition.get(key)).partition(":")
        if kind == "service":
            yield other


def _ports(definition: Definition) -> Iterator[Published]:
    for each in _list(definition.get("ports")):
        if isinstance(each, dict):
            yield from _pairs(_text(each.get("target")), _text(each.get("published")))
        else:
            here, _, inside = _text(each).partition("/")[0].rpartition(":")
            yield from _pairs(inside, here.rpartition(":")[2])
    for each in _list(definition.get("expose")):
        yield from _pairs(_text(each).partition("/")[0], "")


def _pairs(inside: str, here: str) -> Iterator[Published]:
    """Yield the ports of two texts, each of which may be a range."""
    span, other = _SPAN.fullmatch(inside), _SPAN.fullmatch(here)
    if span is None:
        return
    first, last = int(span[1]), int(span[2] or span[1])
    begin = int(other[1]) if other else 0
    # One port that is published on one of a range is published on none that is known.
    drawn = bool(other and other[2]) and first == last
    for number in range(max(1, first), min(last, first + WIDEST, LAST_PORT) + 1):
        yield Published(number, begin + number - first if begin and not drawn else 0)


def _names(definition: Definition) -> Iterator[str]:
    for key in ("container_name", "hostname"):
        if name := _text(definition.get(key)):
            yield name
    networks = definition.get("networks")
    for network in networks.values() if isinstance(networks, dict) else ():
        if isinstance(network, dict):
            yield from map(_text, _list(network.get("aliases")))


def _words(value: object) -> list[str]:
    if not isinstance(value, str):
        return [_text(each) for each in _list(value)]
    try:
        return shlex.split(value)
    except ValueError:  # a quote that is never closed
        return [value]


def _list(value: object) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return a word or a number as Compose writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value) if isinstance(value, str | int | float) else ""


def _inside(context: str, folder: Path) -> str:
    """Return a folder relative to the project's; one beyond it stays as it is."""
    path = (folder / context).resolve() if "://" not in context and "\0" not in context else None
    if path is None or not path.is_relative_to(folder.resolve()):
        return context
    return str(path.relative_to(folder.resolve()))
