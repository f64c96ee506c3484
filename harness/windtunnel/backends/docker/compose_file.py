"""Reads a resolved compose file: names, ports and addresses of its services."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from windtunnel.configuration import Dependency
from windtunnel.errors import ConfigurationError, StartError, suggestion

Service = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ComposeFile:
    """What `compose config` printed."""

    document: dict[str, Any]

    @classmethod
    def read(cls, text: str) -> "ComposeFile":
        """Read the output of `compose config`; StartError where it is none."""
        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError as error:
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
        """Return every name under which others reach a service."""
        service = self.services[name]
        found = [name, service.get("container_name"), service.get("hostname")]
        networks = service.get("networks")
        for options in networks.values() if isinstance(networks, dict) else ():
            found += (options or {}).get("aliases") or ()
        return tuple(dict.fromkeys(str(each) for each in found if each))

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
        texts = " ".join(map(str, _values(self.services[target])))
        for alias in self.names(service):
            if found := re.search(rf"(?<![\w.-]){re.escape(alias)}:(\d{{1,5}})\b", texts):
                return int(found[1])
        exposed = self.ports(service)
        if len(exposed) == 1:
            return exposed[0]
        if usual := dependency.speaks.default_port:
            return usual
        raise ConfigurationError(
            f"missing key 'dependencies.{name}.port': the compose file does not say on which port"
            f" the service {service!r} listens"
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


def variable_names(service: Service) -> frozenset[str]:
    """Return the variables that a service's `environment` sets, which may be a table or a list."""
    environment = service.get("environment") or {}
    return frozenset(str(entry).partition("=")[0] for entry in environment)


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
