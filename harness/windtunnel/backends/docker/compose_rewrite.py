"""Compose rewriting: a copy of the user's compose file in which each program meets only our tap.

    target ── front ── tap ── back ── toxiproxy ── the networks of the file ── dependencies

In `front` the tap has the dependencies' names and ports, so that the target needs no change. Each
other program has such networks of its own, in which it meets nobody but the tap and Toxiproxy. The
file itself stays as it is. The copy publishes no ports, has no fixed container names, and no data
of a stack of the user's that runs beside it.
"""

import copy
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from windtunnel.backends.docker.compose_file import (
    ComposeFile,
    Service,
    external_links_of,
    hosts_of,
)
from windtunnel.backends.docker.dependency_routes import (
    FRONT,
    DependencyRoute,
    services_of_programs,
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
BACK = f"{PREFIX}back"
CALLED = f"{PREFIX}called"
"""Where Toxiproxy meets the target: the dependencies that call it by its name come through there,
so that they share no network with it."""
SIDE = f"{PREFIX}side"
"""Where the target meets the services that are neither programs nor configured dependencies."""
TARGET = f"{PREFIX}target"
"""The target's name in the network `CALLED`."""


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
    programs = services_of_programs(compose_file, configuration)
    own, others = _further_services(compose_file, programs, routes)
    addresses = FixedAddresses(compose_file)
    addresses.in_files(document, folder)
    for name, service in services.items():
        isolate_service(service, local_image(project, name), labels)
        for each in programs.values():
            start_without(service, each)
        addresses.let_go(service)
    _check_networks(services, own, others, programs.values())
    # Nobody reaches one of the others by name: a job, or a companion of another service.
    named = {name for name in others if not services[name].get("network_mode")}
    for name in (*own, *named):
        _add_names(services[name], compose_file.names_by_address(name))
    outward: Service = {}
    outer: dict[str, None] = {}
    called: dict[str, None] = {}
    for program, its_service in programs.items():
        own_service = services[its_service]
        caller = "" if program == configuration.target else program
        of_it = {name: route for name, route in routes.items() if route.caller == caller}
        outward = _reach_outside(own_service, of_it) | outward
        outer |= _external_networks(document, own_service, of_it)
        side = {network_of(SIDE, caller): None} if named else {}
        for name in named:
            aliases = {"aliases": list(compose_file.names(name))}
            services[name]["networks"] |= dict.fromkeys(side, aliases)
        meets = network_of(CALLED, caller)
        called[meets] = None
        own_service["networks"] = {
            **dict.fromkeys(front_networks(of_it, caller)),
            **side,
            meets: {"aliases": [TARGET]} if not caller else None,
        }
        for key in ("depends_on", "links", "external_links"):
            own_service.pop(key, None)
    known_as = {"aliases": list(compose_file.names(target))}
    behind = {network: known_as for name in own for network in services[name]["networks"]}
    services[TAP] = _proxy(labels) | proxy
    fronts = dict.fromkeys((*front_networks(routes, ""), *(w.front for w in routes.values())))
    services[TAP]["networks"] = {
        front: {"aliases": [n for w in routes.values() if w.front == front for n in w.names]}
        for front in fronts
    } | {BACK: None}
    services[TOXIPROXY] = _proxy(labels) | {
        "image": configuration.docker.toxiproxy_image,
        "command": ["-host=0.0.0.0"],
        "networks": {BACK: None} | called | outer | behind,
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


def network_of(kind: str, caller: str) -> str:
    """Return the name of a program's own network of this kind; "" is the driven program."""
    return f"{kind}.{caller}" if caller else kind


def front_networks(routes: Mapping[str, DependencyRoute], caller: str) -> list[str]:
    """Return the networks in which the tap stands for what a program calls."""
    found = dict.fromkeys(each.front for each in routes.values() if each.caller == caller)
    return list(found) or ([] if caller else [FRONT])


def others(
    compose_file: ComposeFile,
    configuration: Configuration,
    routes: Mapping[str, DependencyRoute],
) -> list[str]:
    """Return the services to start that are neither programs nor dependencies."""
    programs = services_of_programs(compose_file, configuration)
    return sorted(_further_services(compose_file, programs, routes)[1])


def _further_services(
    compose_file: ComposeFile,
    programs: Mapping[str, str],
    routes: Mapping[str, DependencyRoute],
) -> tuple[set[str], set[str]]:
    """Return the services of the dependencies, and those that these or programs depend on."""
    started = set(programs.values())
    own = {route.service for route in routes.values() if route.service} - started
    return own, compose_file.behind(started | own) - own - started


def _check_networks(
    services: Mapping[str, Service],
    own: Collection[str],
    others: Collection[str],
    programs: Collection[str],
) -> None:
    """Raise ConfigurationError where a service's traffic cannot be led to the proxies."""
    for name in (*own, *programs):
        if services[name].get("network_mode"):
            raise ConfigurationError(
                f"the service {name!r} has a network_mode: its traffic cannot be led to the proxy"
            )
    for name in others:
        for program in programs:
            if services[name].get("network_mode") == f"service:{program}":
                raise ConfigurationError(
                    f"the service {name!r} is in the network of the target {program!r}, of which"
                    " each scenario starts one of its own: expected a network_mode without it"
                )


def _proxy(labels: Mapping[str, str]) -> Service:
    return {
        "labels": dict(labels),
        # The real Toxiproxy asks nobody who they are: its address must be told.
        "ports": [f"{unguessable_host()}::{CONTROL_PORT}"],
        "init": True,
        "stop_grace_period": "2s",
    }
