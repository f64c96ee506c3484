"""Compose rewriting: a copy of the user's compose file in which the target meets only our tap.

    target ── front ── tap ── back ── toxiproxy ── the networks of the file ── dependencies

In `front` the tap has the dependencies' names and ports, so that the target needs no change. The
file itself stays as it is. The copy publishes no ports, has no fixed container names, and no data
of a stack of the user's that runs beside it.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.backends.docker.compose_file import (
    ComposeFile,
    Service,
    external_links_of,
    hosts_of,
)
from windtunnel.backends.docker.fixed_addresses import FixedAddresses
from windtunnel.backends.docker.isolation import (
    isolate_part,
    isolate_service,
    local_image,
    start_without,
)
from windtunnel.configuration import Configuration
from windtunnel.errors import ConfigurationError
from windtunnel.ports import CONTROL_PORT, unguessable_host
from windtunnel.run_identity import PREFIX

TAP = f"{PREFIX}tap"
TOXIPROXY = f"{PREFIX}toxiproxy"
FRONT = f"{PREFIX}front"
BACK = f"{PREFIX}back"
CALLED = f"{PREFIX}called"
"""Where Toxiproxy meets the target: the dependencies that call it by its name come through there,
so that they share no network with it."""
SIDE = f"{PREFIX}side"
"""Where the target meets the services that are no configured dependencies."""
TARGET = f"{PREFIX}target"
"""The target's name in the network `CALLED`."""
FIRST_PORT = 20000
"""Toxiproxy's port for the first dependency, in its container."""


@dataclass(frozen=True, slots=True)
class DependencyRoute:
    """How one dependency is reached."""

    service: str
    """Empty where it is none of the compose file's."""
    names: tuple[str, ...]
    """The tap answers to these names in its place; the target is configured with the first."""
    port: int
    upstream: str
    """What Toxiproxy connects to."""
    passage: int
    """Toxiproxy's port for it."""
    front: str
    """The network in which the tap stands for it: one more for each that has the same port."""
    passed: bool = False
    """Whether it is another port of a dependency's service, which is only let through."""


def find_routes(
    compose_file: ComposeFile, configuration: Configuration
) -> dict[str, DependencyRoute]:
    """Return how each dependency is reached; ConfigurationError where that is not known."""
    target = configuration.service
    compose_file.check(target, "service")
    reached: dict[str, tuple[str, tuple[str, ...], int, str]] = {}
    for name, dependency in configuration.dependencies.items():
        service = dependency.service or (name if name in compose_file.services else "")
        if service:
            compose_file.check(service, f"dependencies.{name}.service")
            port = compose_file.port_of(name, dependency, service, target)
            reached[name] = service, compose_file.names(service), port, f"{service}:{port}"
        else:
            upstream = _outside(name, dependency.upstream, compose_file)
            host, _, text = upstream.rpartition(":")
            known = (name, host, *_names_outside(compose_file.services[target], host))
            reached[name] = "", tuple(dict.fromkeys(known)), int(text), upstream
    for service in dict.fromkeys(service for service, *_ in reached.values() if service):
        own = {port for other, _, port, _ in reached.values() if other == service}
        further = (*compose_file.mentioned_ports(service, target), *compose_file.ports(service))
        for port in dict.fromkeys(further):
            if port not in own:
                name = f"{PREFIX}{service}-{port}"
                reached[name] = service, compose_file.names(service), port, f"{service}:{port}"
    fronts = _fronts(reached)
    return {
        name: DependencyRoute(
            service,
            names,
            port,
            upstream,
            FIRST_PORT + number,
            fronts[name],
            passed=name not in configuration.dependencies,
        )
        for number, (name, (service, names, port, upstream)) in enumerate(reached.items())
    }


def _fronts(reached: Mapping[str, tuple[str, tuple[str, ...], int, str]]) -> dict[str, str]:
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
        found[group] = FRONT if not place else f"{FRONT}-{place + 1}"
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


def _reach_outside(target: Service, routes: Mapping[str, DependencyRoute]) -> Service:
    """Return what lets Toxiproxy reach what the target reached outside the file; take its names.

    ConfigurationError where the target is linked to a container that is no dependency.
    """
    led = {name for route in routes.values() if not route.service for name in route.names}
    for alias, container in external_links_of(target).items():
        if alias not in led:
            raise ConfigurationError(
                f"external_links of the target, {container}:{alias}: expected a dependency of it,"
                f" [dependencies.{alias}] with upstream = {f'{container}:PORT'!r}: in the copy the"
                " target reaches dependencies alone"
            )
    given = {key: target[key] for key in ("dns", "dns_search", "dns_opt") if target.get(key)}
    if hosts := hosts_of(target):
        given["extra_hosts"] = [f"{host}={to}" for host, to in hosts]
        # What is in its hosts file would lead it past the tap.
        target["extra_hosts"] = [f"{host}={to}" for host, to in hosts if host not in led]
    return given


def _external_networks(
    document: Mapping[str, Any], target: Service, routes: Mapping[str, DependencyRoute]
) -> dict[str, None]:
    """Return the target's external networks, where a dependency outside the file may be."""
    if all(route.service for route in routes.values()):
        return {}
    made = document.get("networks") or {}
    return {each: None for each in target["networks"] if (made.get(each) or {}).get("external")}


def rewrite(
    compose_file: ComposeFile,
    configuration: Configuration,
    routes: Mapping[str, DependencyRoute],
    *,
    labels: Mapping[str, str],
    project: str,
    proxy: Service,
    folder: Path,
) -> dict[str, Any]:
    """Return the copy. `proxy` is the tap's service: its image, command and health check.

    Copies of mounted files are written to `folder`, where they need a change.
    """
    document = copy.deepcopy(compose_file.document)
    document.pop("name", None)
    services: dict[str, Service] = document["services"]
    target = configuration.service
    own = {route.service for route in routes.values() if route.service}
    others = compose_file.behind({target, *own}) - own - {target}
    addresses = FixedAddresses(compose_file)
    addresses.in_files(document, folder)
    for name, service in services.items():
        isolate_service(service, local_image(project, name), labels)
        start_without(service, target)
        addresses.let_go(service)
    for name in (*own, target):
        if services[name].get("network_mode"):
            raise ConfigurationError(
                f"the service {name!r} has a network_mode: its traffic cannot be led to the proxy"
            )
    # Nobody reaches one of these by name: a job, or a companion of another service.
    named = {name for name in others if not services[name].get("network_mode")}
    for name in others - named:
        if services[name]["network_mode"] == f"service:{target}":
            raise ConfigurationError(
                f"the service {name!r} is in the network of the target {target!r}, of which each"
                " scenario starts one of its own: expected a network_mode without it"
            )
    for name in (*own, *named):
        _add_names(services[name], compose_file.names_by_address(name))
    outward = _reach_outside(services[target], routes)
    outer = _external_networks(document, services[target], routes)
    fronts = front_networks(routes)
    services[target]["networks"] = dict.fromkeys(target_networks(routes, sorted(named)))
    services[target]["networks"][CALLED] = {"aliases": [TARGET]}
    for key in ("depends_on", "links", "external_links"):
        services[target].pop(key, None)
    for name in named:
        services[name]["networks"] |= {SIDE: {"aliases": list(compose_file.names(name))}}
    known_as = {"aliases": list(compose_file.names(target))}
    behind = {network: known_as for name in own for network in services[name]["networks"]}
    services[TAP] = _proxy(labels) | proxy
    services[TAP]["networks"] = {
        front: {"aliases": [n for w in routes.values() if w.front == front for n in w.names]}
        for front in fronts
    } | {BACK: None}
    services[TOXIPROXY] = _proxy(labels) | {
        "image": configuration.docker.toxiproxy_image,
        "command": ["-host=0.0.0.0"],
        "networks": {BACK: None, CALLED: None} | outer | behind,
        **outward,
    }
    used = {network for service in services.values() for network in service.get("networks") or ()}
    networks: dict[str, Any] = document.get("networks") or {}
    document["networks"] = {name: networks.get(name) or {} for name in used}
    for part in ("networks", "volumes"):
        document[part] = {
            name: isolate_part(name, made, labels)
            for name, made in (document.get(part) or {}).items()
        }
    return document


def _add_names(service: Service, names: Sequence[str]) -> None:
    """Let others reach a service under these names as well, in each of its networks."""
    for network, options in service["networks"].items() if names else ():
        known = [*((options or {}).get("aliases") or ()), *names]
        service["networks"][network] = (options or {}) | {"aliases": known}


def front_networks(routes: Mapping[str, DependencyRoute]) -> list[str]:
    """Return the networks in which the tap stands for the dependencies."""
    return list(dict.fromkeys(route.front for route in routes.values())) or [FRONT]


def target_networks(routes: Mapping[str, DependencyRoute], others: Sequence[str]) -> list[str]:
    """Return the networks of the target, where it meets `others`, which are no dependencies."""
    return [*front_networks(routes), *([SIDE] if others else [])]


def others(compose_file: ComposeFile, configuration: Configuration, own: set[str]) -> list[str]:
    """Return the services to start that are neither the target nor dependencies."""
    found = compose_file.behind({configuration.service, *own})
    return sorted(found - own - {configuration.service})


def _proxy(labels: Mapping[str, str]) -> Service:
    return {
        "labels": dict(labels),
        # The real Toxiproxy asks nobody who they are: its address must be told.
        "ports": [f"{unguessable_host()}::{CONTROL_PORT}"],
        "init": True,
        "stop_grace_period": "2s",
    }
