"""How each program of a compose stack reaches what it calls: names, ports, networks of the tap."""

from collections.abc import Mapping
from dataclasses import dataclass

from windtunnel.backends.docker.compose_file import (
    ComposeFile,
    Service,
    external_links_of,
    hosts_of,
)
from windtunnel.configuration import Configuration, topology
from windtunnel.errors import ConfigurationError
from windtunnel.records.edge import Edge
from windtunnel.run_identity import PREFIX

FRONT = f"{PREFIX}front"
FIRST_PORT = 20000
"""Toxiproxy's port for the first of them, in its container."""

Reached = tuple[str, tuple[str, ...], int, str]
"""A service, its names, its port, and what Toxiproxy connects to."""


@dataclass(frozen=True, slots=True)
class DependencyRoute:
    """How one program reaches one thing that it calls."""

    service: str
    """Empty where it is none of the compose file's."""
    names: tuple[str, ...]
    """The tap answers to these names in its place; the caller is configured with the first."""
    port: int
    upstream: str
    """What Toxiproxy connects to."""
    passage: int
    """Toxiproxy's port for it."""
    front: str
    """The network in which the tap stands for it: one more for each that has the same port."""
    passed: bool = False
    """Whether it is another port of a dependency's service, which is only let through."""
    caller: str = ""
    """The program whose calls it carries; "" for the driven one."""


def services_of_programs(compose_file: ComposeFile, configuration: Configuration) -> dict[str, str]:
    """Return the service of each program, the driven one first; ConfigurationError without one."""
    found = {}
    for name in topology.names(configuration):
        service = topology.program(configuration, name).service
        place = f"programs.{name}.service" if name in configuration.programs else "service"
        if not service:
            raise ConfigurationError(
                f"missing key {place!r}: its service in the compose file, which has"
                f" {', '.join(sorted(compose_file.services))}"
            )
        compose_file.check(service, place)
        found[name] = service
    return found


def find_routes(
    compose_file: ComposeFile, configuration: Configuration
) -> dict[str, DependencyRoute]:
    """Return the route of each edge, by its text; ConfigurationError where one is not known."""
    found: dict[str, DependencyRoute] = {}
    for name, service in services_of_programs(compose_file, configuration).items():
        caller = "" if name == configuration.target else name
        reached = _reached(compose_file, configuration, name, service)
        fronts = _fronts(reached, f"{FRONT}.{caller}" if caller else FRONT)
        for callee, (own, names, port, upstream) in reached.items():
            found[str(Edge(callee, caller=caller))] = DependencyRoute(
                own,
                names,
                port,
                upstream,
                FIRST_PORT + len(found),
                fronts[callee],
                passed=callee not in topology.callees(configuration),
                caller=caller,
            )
    return found


def _reached(
    compose_file: ComposeFile, configuration: Configuration, program: str, caller: str
) -> dict[str, Reached]:
    """Return what a program calls, and further ports of the services that it calls."""
    callees = topology.callees(configuration)
    reached: dict[str, Reached] = {}
    for name in topology.calls(configuration, program):
        dependency = callees[name]
        service = dependency.service or (name if name in compose_file.services else "")
        if service:
            table = "dependencies" if name in configuration.dependencies else "programs"
            compose_file.check(service, f"{table}.{name}.service")
            port = compose_file.port_of(name, dependency, service, caller)
            reached[name] = service, compose_file.names(service), port, f"{service}:{port}"
        else:
            upstream = _outside(name, dependency.upstream, compose_file)
            host, _, text = upstream.rpartition(":")
            known = (name, host, *_names_outside(compose_file.services[caller], host))
            reached[name] = "", tuple(dict.fromkeys(known)), int(text), upstream
    for service in dict.fromkeys(service for service, *_ in reached.values() if service):
        own = {port for other, _, port, _ in reached.values() if other == service}
        further = (*compose_file.mentioned_ports(service, caller), *compose_file.ports(service))
        for port in dict.fromkeys(further):
            if port not in own:
                name = f"{PREFIX}{service}-{port}"
                reached[name] = service, compose_file.names(service), port, f"{service}:{port}"
    return reached


def _fronts(reached: Mapping[str, Reached], first: str) -> dict[str, str]:
    """Return each dependency's network: all ports of one service are in the same.

    A port that another service has in a network takes the next network.
    """
    groups: dict[str, set[int]] = {}
    for name, (service, _, port, _) in reached.items():
        groups.setdefault(service or f"={name}", set()).add(port)
    taken: list[set[int]] = []
    found: dict[str, str] = {}
    for group, ports in groups.items():
        place = next((n for n, used in enumerate(taken) if not used & ports), len(taken))
        if place == len(taken):
            taken.append(set())
        taken[place] |= ports
        found[group] = first if not place else f"{first}-{place + 1}"
    return {name: found[service or f"={name}"] for name, (service, *_) in reached.items()}


def _outside(name: str, upstream: str, compose_file: ComposeFile) -> str:
    host = upstream.rpartition(":")[0]
    if not upstream or host == "localhost" or host.startswith("127."):
        found = f"upstream = {upstream!r} is not reached from a container" if upstream else "none"
        services = ", ".join(sorted(compose_file.services))
        raise ConfigurationError(
            f"missing key 'dependencies.{name}.service': its service in the compose file, which"
            f" has {services}; {found}"
        )
    return upstream


def _names_outside(target: Service, host: str) -> list[str]:
    """Return the names that a target's file gives to a host outside it."""
    by_link = [alias for alias, container in external_links_of(target).items() if container == host]
    return [*by_link, *(name for name, address in hosts_of(target) if address == host)]
