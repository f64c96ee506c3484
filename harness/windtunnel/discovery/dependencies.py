"""Which of a service's variables lead to a dependency, and to which."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from windtunnel.address import Address
from windtunnel.configuration.unsound import is_own_name
from windtunnel.discovery.addresses import SUFFIX, AddressLead, is_tls, lead, port_variable
from windtunnel.discovery.compose import ProjectComposeFile
from windtunnel.discovery.file_templates import FileLead
from windtunnel.discovery.findings import Found, Variable
from windtunnel.protocols.registry import protocol_named
from windtunnel.protocols.tcp.protocol import PROTOCOL as TCP

_ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104 - what is read
"""Where a server listens, and nobody is called."""
_LONGEST = 60
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1", "host.docker.internal"})  # noqa: S104 - what is read


@dataclass(slots=True)
class _Led:
    """One dependency, and where it was seen to be."""

    found: Found
    where: tuple[str, int]
    is_guess: bool = False
    """Whether what it speaks is guessed."""


@dataclass(slots=True)
class DependencySearch:
    """The dependencies of a service, and what could not be seen of them."""

    file: ProjectComposeFile | None
    own_service: str = ""
    """The target's own, to which its variables may lead as well."""
    spoken: Mapping[str, str] = field(default_factory=dict)
    """What is spoken where a variable leads, as the source says it, by the variable's name."""
    notes: list[str] = field(default_factory=list)
    _led: list[_Led] = field(default_factory=list)

    @property
    def found(self) -> list[Found]:
        """The dependencies, in the order in which they were seen."""
        return [each.found for each in self._led]

    def by_variables(self, variables: Iterable[Variable], composed: list[Variable]) -> None:
        """Take those that the service's variables lead to; `composed` are the compose file's."""
        outside = {each.name: each for each in variables}
        # What the compose file gives comes first: the source reads the same one without a value.
        known = outside | {each.name: each for each in composed if each.value}
        for name, variable in known.items():
            spoken = self.spoken.get(name, "")
            there = lead(variable, known, spoken)
            if there is None or there.host in _ANY:
                continue
            here = lead(outside[name], known, spoken) if name in outside else None
            made = _found(name, outside.get(name, variable), there, here, self.file)
            if self._take(made) is made and is_tls(there.scheme):
                self.notes.append(_of_tls(name, variable, made.found))
                made.found.protocol = TCP.name

    def by_file(self, leads: Iterable[FileLead]) -> list[tuple[FileLead, Found]]:
        """Take those that a file of the service's leads to, and return to which each does."""
        taken: list[tuple[FileLead, Found]] = []
        for each in leads:
            variable = Variable(each.name, "", each.place)
            made = _found(each.name, variable, each.lead, None, self.file)
            made.found.environment.clear()
            if each.lead.host in _ANY:
                continue
            if (known := self._take(made)) is not None:
                taken.append((each, known.found))
        return taken

    def finish(self) -> None:
        """Give each dependency a name of its own, and note those that nothing says the place of."""
        names: set[str] = set()
        for each in self.found:
            name, number = each.name, 1
            while each.name in names:
                number += 1
                each.name = f"{name}-{number}"
            names.add(each.name)
            if not _can_be_reached(each.upstream):
                self.notes.append(f"where {each.name} runs: {each.upstream!r} is no address")
                each.upstream = ""
            own = protocol_named(each.protocol).has_own_server
            if not each.upstream and not each.service and not own:
                by = next(iter(each.environment), each.name)
                self.notes.append(
                    f"where {each.name} runs ({by}, {each.place}): give"
                    f" dependencies.{each.name}.upstream or .command"
                )

    def _take(self, made: _Led) -> _Led | None:
        """Add a dependency, or what is new to one that is known, and return that; None for self."""
        if self.own_service and made.found.service == self.own_service:
            return None
        other = next((each for each in self._led if _same(each, made)), None)
        if other is None:
            self._led.append(made)
            return made
        if other.found.service:
            other.found.name = dependency_name(other.found.service)
        other.found.environment |= made.found.environment
        if other.is_guess and not made.is_guess:
            other.found.protocol, other.found.port = made.found.protocol, made.found.port
            other.found.upstream, other.is_guess = made.found.upstream, False
        return other


def _same(one: _Led, other: _Led) -> bool:
    """Return whether two are one: of one name, or at one place that is known."""
    if one.found.name == other.found.name:
        return True
    return bool(one.where[0] and one.where[1]) and one.where == other.where


def _of_tls(name: str, variable: Variable, found: Found) -> str:
    return (
        f"{name} ({variable.place}) speaks TLS: as it is written here the proxy sees only"
        " bytes, and its address is in no certificate. Give"
        f' dependencies.{found.name} its protocol ({found.protocol}) and tls = "terminate"'
        ' (or { upstream = "tls" }), and your service {ca} to trust'
    )


def _found(
    name: str,
    variable: Variable,
    there: AddressLead,
    here: AddressLead | None,
    file: ProjectComposeFile | None,
) -> _Led:
    made = Found(_short(name), there.protocol, {name: there.template}, variable.place)
    port = _in_file(made, there, file) if file else there.port
    port = port or protocol_named(made.protocol).default_port
    if here and here.host and not (file and file.service_at(here.host)):
        port_here = here.port or port
        made.upstream = f"{here.host}:{port_here}" if port_here else made.upstream
    elif there.host and not made.service and port:
        made.upstream = f"{there.host}:{port}"
    # One of this machine's own, such as a Redis: windtunnel starts one for each run.
    local = made.upstream.rpartition(":")[0] in _LOCAL
    if local and protocol_named(made.protocol).has_own_server:
        made.upstream = ""
    if there.template == "{host}":
        made.environment[port_variable(name)] = "{port}"
    elif there.is_bare_host:
        made.guess = f"whether {name} may hold a port too: no variable of its own gives it"
    if not _VARIABLE.fullmatch(name):  # such as spring.datasource.url, which no shell can set
        made.environment.clear()
    known = not there.is_guess or bool(file and made.service and file.image(made.service))
    return _Led(made, (made.service or there.host, port), is_guess=not known)


def _in_file(made: Found, there: AddressLead, file: ProjectComposeFile) -> int:
    """Take the service that an address leads to, and return its port there; 0 for none known."""
    port = there.port
    made.service = file.service_at(there.host)
    if not made.service and there.host in _LOCAL:
        made.service, inside = file.published_on(port)
        port = inside or port
    elif not there.host:
        usual = port or protocol_named(made.protocol).default_port
        made.service = (
            made.name if made.name in file.services else file.of_kind(made.protocol, usual)
        )
    if not made.service:
        return port
    image = file.image(made.service)
    if image and there.is_guess:
        made.protocol = image.protocol
    usual = protocol_named(made.protocol).default_port
    port = port or (image.port if image else 0) or usual
    published = file.services[made.service].published(port)
    made.upstream = f"127.0.0.1:{published}" if published else ""
    made.port = port if port != usual else 0
    return port


def _can_be_reached(upstream: str) -> bool:
    try:
        return not upstream or bool(Address.parse(upstream))
    except ValueError:
        return False


def _short(name: str) -> str:
    """Return what a variable is about: APP__CACHE__HOST is about cache."""
    parts = name.split("__")[1:][-2:] or [name]
    short = SUFFIX.sub("", "_".join(filter(None, parts))) or SUFFIX.sub("", name)
    return dependency_name((short.strip("_") or name).lower())


def dependency_name(text: str) -> str:
    """Return a name that a table of dependencies may have."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", text).lstrip("._-")[:_LONGEST] or "dependency"
    return f"service-{name}" if is_own_name(name) or name == "target" else name
