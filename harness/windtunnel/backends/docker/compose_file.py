"""Reads a resolved compose file: names, ports and addresses of its services."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from windtunnel.configuration import Dependency
from windtunnel.errors import ConfigurationError, StartError, suggestion

Service = dict[str, Any]

LAST_PORT = 65535
_LISTENS = re.compile(
    r"(?:(?<![\w.])(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\d?\]):|--port[ =])(\d{1,5})\b"
)
"""Where a command listens ("--bind 0.0.0.0:8000"), or a health check asks its own container."""


@dataclass(frozen=True, slots=True)
class ComposeFile:
    """What `compose config` printed."""

    document: dict[str, Any]

    @classmethod
    def read(cls, text: str) -> "ComposeFile":
        """Read the output of `compose config`; StartError where it is none."""
        try:
            document = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise StartError(f"compose printed no valid YAML: {error}") from None
        if not isinstance(document, dict) or not isinstance(document.get("services"), dict):
            raise StartError("compose printed no services")
        return cls(document)

    @property
    def services(self) -> Mapping[str, Service]:
        """The services by name."""
        found: dict[str, Service] = self.document["services"]
        return found

    def check(self, name: str, key: str) -> None:
        """Raise ConfigurationError, which names `key`, unless there is such a service."""
        if name not in self.services:
            raise ConfigurationError(
                f"{key} = {name!r}: no such service in the compose file"
                f"{suggestion(name, self.services)}"
            )

    def behind(self, names: set[str]) -> set[str]:
        """Return the services that these depend on (depends_on, links), also indirectly."""
        found: set[str] = set()
        left = set(names)
        while left:
            service = self.services.get(left.pop(), {})
            needed = set(service.get("depends_on") or ())
            needed |= {str(link).partition(":")[0] for link in service.get("links") or ()}
            left |= needed - found
            found |= needed
        return found & set(self.services)

    def names(self, name: str) -> tuple[str, ...]:
        """Return every name under which others reach a service, those of their links included."""
        service = self.services[name]
        found = [name, service.get("container_name"), service.get("hostname")]
        networks = service.get("networks")
        for options in networks.values() if isinstance(networks, dict) else ():
            found += (options or {}).get("aliases") or ()
        for other in self.services.values():
            for link in other.get("links") or ():
                linked, _, alias = str(link).partition(":")
                found += [alias] if linked == name else []
        found += self.names_by_address(name)
        return tuple(dict.fromkeys(str(each) for each in found if each))

    def names_by_address(self, name: str) -> tuple[str, ...]:
        """Return the names that `extra_hosts` of any service give to a service's fixed address."""
        owners = self.fixed_addresses
        return tuple(
            dict.fromkeys(
                host
                for other in self.services.values()
                for host, address in hosts_of(other)
                if owners.get(address) == name
            )
        )

    def conditions(self, name: str) -> dict[str, str]:
        """Return what a service waits for: the condition by service."""
        needed = self.services[name].get("depends_on") or {}
        if not isinstance(needed, dict):
            return {}
        return {
            service: str((options or {}).get("condition", ""))
            for service, options in needed.items()
            if service in self.services
        }

    @property
    def fixed_addresses(self) -> dict[str, str]:
        """The service of each address that the file fixes."""
        return {
            str(options[key]): name
            for name, service in self.services.items()
            if isinstance(service.get("networks"), dict)
            for options in service["networks"].values()
            for key in ("ipv4_address", "ipv6_address")
            if options and options.get(key)
        }

    def mentioned_ports(self, name: str, target: str) -> tuple[int, ...]:
        """Return the ports of a service that the target's variables and command mention."""
        return self._ports_in(" ".join(map(str, _values(self.services[target]))), name)

    def _ports_in(self, text: str, name: str) -> tuple[int, ...]:
        fixed = (address for address, owner in self.fixed_addresses.items() if owner == name)
        shown = (f"[{each}]" if ":" in each else each for each in fixed)
        names = "|".join(re.escape(each) for each in (*self.names(name), *shown))
        found = re.findall(rf"(?<![\w.-])(?:{names}):(\d{{1,5}})\b", text, re.IGNORECASE)
        return tuple(dict.fromkeys(port for port in map(int, found) if 0 < port <= LAST_PORT))

    def ports(self, name: str) -> tuple[int, ...]:
        """Return the ports that a service publishes or exposes, as its container knows them."""
        service = self.services[name]
        found = [_target(port) for port in (*_list(service, "ports"), *_list(service, "expose"))]
        return tuple(dict.fromkeys(port for port in found if port))

    def port_of(self, name: str, dependency: Dependency, service: str, target: str) -> int:
        """Return the port on which a dependency listens; ConfigurationError where none is known.

        The target's own variables come before the ports of the dependency's service.
        """
        if dependency.port:
            return dependency.port
        mentioned = self.mentioned_ports(service, target)
        if len(mentioned) > 1:
            return self._one_of(mentioned, name, dependency, service, target)
        if mentioned:
            return mentioned[0]
        exposed = self.ports(service)
        if len(exposed) == 1:
            return exposed[0]
        listening = _listening(self.services[service])
        if len(listening) == 1:
            return listening[0]
        if usual := dependency.speaks.default_port:
            return usual
        raise ConfigurationError(
            f"missing key 'dependencies.{name}.port': the compose file does not say on which port"
            f" the service {service!r} listens"
        )

    def _one_of(
        self,
        mentioned: tuple[int, ...],
        name: str,
        dependency: Dependency,
        service: str,
        target: str,
    ) -> int:
        """Return the port that is meant where the target uses several of a service.

        A variable that has the dependency's name says it, or the protocol's usual port; the others
        are let through.
        """
        named = {
            variable: text
            for variable, text in variables_of(self.services[target]).items()
            if _plain(name) in _plain(variable) or _plain(service) in _plain(variable)
        }
        ports = self._ports_in(" ".join(map(str, named.values())), service)
        if len(ports) == 1:
            return ports[0]
        if dependency.speaks.default_port in mentioned:
            return dependency.speaks.default_port
        raise ConfigurationError(
            f"missing key 'dependencies.{name}.port': the target uses the ports"
            f" {', '.join(map(str, mentioned))} of the service {service!r}"
        )

    def target_port(self, name: str, configured: int) -> int:
        """Return the port on which the target listens; ConfigurationError where none is known."""
        exposed = self.ports(name)
        if configured or len(exposed) == 1:
            return configured or exposed[0]
        found = ", ".join(map(str, exposed)) or "none"
        raise ConfigurationError(
            "missing key 'docker.target_port': the port on which the target listens;"
            f" the service {name!r} publishes or exposes {found}"
        )


def _listening(service: Service) -> tuple[int, ...]:
    """Return the ports on which a service listens, by its own command and health check."""
    checked = (service.get("healthcheck") or {}).get("test") or ()
    command = service.get("command") or ()
    texts = [
        each if isinstance(each, str) else " ".join(map(str, each)) for each in (command, checked)
    ]
    found = _LISTENS.findall(" ".join(texts))
    return tuple(dict.fromkeys(port for port in map(int, found) if 0 < port <= LAST_PORT))


def variables_of(service: Service) -> dict[str, str | None]:
    """Return a service's variables, which may be a table or a list; None: as compose has it."""
    environment = service.get("environment") or {}
    if isinstance(environment, dict):
        return {
            str(name): None if value is None else str(value) for name, value in environment.items()
        }
    pairs = (str(entry).partition("=") for entry in environment)
    return {name: value if equals else None for name, equals, value in pairs}


def hosts_of(service: Service) -> list[tuple[str, str]]:
    """Return a service's `extra_hosts`: each name with its address."""
    found = service.get("extra_hosts") or ()
    if isinstance(found, dict):
        return [
            (str(host), str(to))
            for host, given in found.items()
            for to in (given if isinstance(given, list) else [given])
        ]
    pairs = [re.split("[=:]", str(each), maxsplit=1) for each in found]
    return [(pair[0], pair[1].strip("[]")) for pair in pairs if len(pair) == 2]


def external_links_of(service: Service) -> dict[str, str]:
    """Return a service's `external_links`: the container by the name under which it is called."""
    pairs = [str(each).partition(":") for each in service.get("external_links") or ()]
    return {alias or container: container for container, _, alias in pairs}


def labels_of(part: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels of a service, network or volume, which may be a table or a list."""
    found = part.get("labels") or {}
    if isinstance(found, list):
        return dict(str(each).partition("=")[::2] for each in found)
    return dict(found)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _list(service: Service, key: str) -> list[Any]:
    return list(service.get(key) or ())


def _target(port: object) -> int:
    """Return the container's port in "8000:80", "127.0.0.1::80/tcp", 80 or {target: 80}."""
    text = port.get("target", "") if isinstance(port, dict) else port
    last = str(text).rpartition(":")[2].partition("/")[0]
    return int(last) if last.isdigit() else 0


def _values(service: Service) -> list[Any]:
    environment = service.get("environment") or {}
    values = environment.values() if isinstance(environment, dict) else environment
    command = service.get("command") or ()
    return [*values, *([command] if isinstance(command, str) else command)]
