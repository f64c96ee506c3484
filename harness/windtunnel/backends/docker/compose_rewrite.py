"""Compose rewriting: a copy of the user's compose file in which the target meets only our tap.

    target ── front ── tap ── back ── toxiproxy ── the networks of the file ── dependencies

In `front` the tap has the dependencies' names and ports, so that the target needs no change. The
file itself stays as it is. The copy publishes no ports, has no fixed container names, and no data
of a stack of the user's that runs beside it.
"""

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windtunnel.backends.docker.compose_file import ComposeFile, Service
from windtunnel.configuration import Configuration
from windtunnel.errors import ConfigurationError
from windtunnel.ports import CONTROL_PORT
from windtunnel.run_identity import PREFIX

TAP = f"{PREFIX}tap"
TOXIPROXY = f"{PREFIX}toxiproxy"
FRONT = f"{PREFIX}front"
BACK = f"{PREFIX}back"
SIDE = f"{PREFIX}side"
"""Where the target meets the services that are no configured dependencies."""
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


def find_routes(
    compose_file: ComposeFile, configuration: Configuration
) -> dict[str, DependencyRoute]:
    """Return how each dependency is reached; ConfigurationError where that is not known."""
    target = configuration.service
    compose_file.check(target, "service")
    found: dict[str, DependencyRoute] = {}
    taken: Counter[int] = Counter()
    for number, (name, dependency) in enumerate(configuration.dependencies.items()):
        service = dependency.service or (name if name in compose_file.services else "")
        if service:
            compose_file.check(service, f"dependencies.{name}.service")
            port = compose_file.port_of(name, dependency, service, target)
            names, upstream = compose_file.names(service), f"{service}:{port}"
        else:
            upstream = _outside(name, dependency.upstream, compose_file)
            host, _, text = upstream.rpartition(":")
            names, port = tuple(dict.fromkeys((name, host))), int(text)
        front = FRONT if not taken[port] else f"{FRONT}-{taken[port] + 1}"
        taken[port] += 1
        found[name] = DependencyRoute(service, names, port, upstream, FIRST_PORT + number, front)
    return found


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


def rewrite(
    compose_file: ComposeFile,
    configuration: Configuration,
    routes: Mapping[str, DependencyRoute],
    *,
    labels: Mapping[str, str],
    project: str,
    proxy: Service,
) -> dict[str, Any]:
    """Return the copy. `proxy` is the tap's service: its image, command and health check."""
    document = copy.deepcopy(compose_file.document)
    document.pop("name", None)
    services: dict[str, Service] = document["services"]
    target = configuration.service
    own = {route.service for route in routes.values() if route.service}
    others = compose_file.behind({target, *own}) - own - {target}
    for name, service in services.items():
        _alone(service, f"{PREFIX}{project}-{name}:local", labels)
    for name in (*own, *others, target):
        if services[name].get("network_mode"):
            raise ConfigurationError(
                f"the service {name!r} has a network_mode: its traffic cannot be led to the proxy"
            )
    fronts = front_networks(routes)
    services[target]["networks"] = dict.fromkeys(target_networks(routes, sorted(others)))
    for key in ("depends_on", "links", "external_links"):
        services[target].pop(key, None)
    for name in others:
        services[name]["networks"] |= {SIDE: {"aliases": list(compose_file.names(name))}}
    behind = {network: None for name in own for network in services[name]["networks"]}
    services[TAP] = _proxy(labels) | proxy
    services[TAP]["networks"] = {
        front: {"aliases": [n for w in routes.values() if w.front == front for n in w.names]}
        for front in fronts
    } | {BACK: None}
    services[TOXIPROXY] = _proxy(labels) | {
        "image": configuration.docker.toxiproxy_image,
        "command": ["-host=0.0.0.0"],
        "networks": {BACK: None} | behind,
    }
    used = {network for service in services.values() for network in service.get("networks") or ()}
    networks: dict[str, Any] = document.get("networks") or {}
    document["networks"] = {name: networks.get(name) or {} for name in used}
    for part in ("networks", "volumes"):
        document[part] = {
            name: _own(made, labels) for name, made in (document.get(part) or {}).items()
        }
    return document


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


def _alone(service: Service, image: str, labels: Mapping[str, str]) -> None:
    """Remove from a service what could collide with another stack, and label it."""
    for key in ("container_name", "ports", "restart", "scale"):
        service.pop(key, None)
    (service.get("deploy") or {}).pop("replicas", None)
    if service.get("build"):
        service["image"] = image
    found = service.get("labels") or {}
    if isinstance(found, list):
        found = dict(str(each).partition("=")[::2] for each in found)
    service["labels"] = {**found, **labels}
    check = service.get("healthcheck")
    if check and not check.get("disable"):
        # The first check comes after one interval, so a short one makes a quick start.
        check["interval"] = "1s"
    networks = service.get("networks")
    if not service.get("network_mode"):
        names = networks or ["default"]
        service["networks"] = dict(networks) if isinstance(networks, dict) else dict.fromkeys(names)


def _proxy(labels: Mapping[str, str]) -> Service:
    return {
        "labels": dict(labels),
        "ports": [f"127.0.0.1::{CONTROL_PORT}"],
        "init": True,
        "stop_grace_period": "2s",
    }


def _own(made: dict[str, Any] | None, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a network or volume as one of the run's own; an external one is left alone."""
    options = dict(made or {})
    if options.get("external"):
        return options
    options.pop("name", None)
    found = options.get("labels") or {}
    if isinstance(found, list):
        found = dict(str(each).partition("=")[::2] for each in found)
    options["labels"] = {**found, **labels}
    return options
