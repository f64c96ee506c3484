"""Lays out a compose stack: with the file's own proxies, or with ours added to a copy."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.address import Address
from windtunnel.backends.docker import compose_rewrite, proxy_image
from windtunnel.backends.docker.compose_command import Compose
from windtunnel.backends.docker.compose_file import ComposeFile
from windtunnel.backends.docker.compose_rewrite import DependencyRoute
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.engine_owner import owner
from windtunnel.backends.docker.fixed_addresses import FixedAddresses, Mention, mentions
from windtunnel.backends.docker.target_service import (
    TargetService,
    target_document,
)
from windtunnel.backends.tap import Tap
from windtunnel.backends.tap_fields import record_fields
from windtunnel.backends.tap_tls import tls_field
from windtunnel.backends.toxiproxy import ToxiproxyControl
from windtunnel.configuration import Configuration, Dependency
from windtunnel.errors import StartError
from windtunnel.ports import unguessable_host
from windtunnel.run_identity import (
    CONTROL_HOST_VARIABLE,
    OWNER_LABEL,
    OWNER_VARIABLE,
    RUN_LABEL,
    RUN_VARIABLE,
    SEED_VARIABLE,
    run_name,
)

READY = (
    "import socket,sys;s=socket.create_connection((sys.argv[1],int(sys.argv[2])),2);"
    "s.settimeout(0.3)\ntry: sys.exit(not s.recv(1))\nexcept TimeoutError: pass"
)
"""Fails where a connection is closed at once, as Toxiproxy does for a dependency that is not up."""

PASSED = Dependency(endpoint="/")
"""How another port of a dependency's service is let through."""


@dataclass(frozen=True, slots=True)
class StackLayout:
    """The services of a stack, and how the proxies stand between target and dependencies."""

    compose: Compose
    tap: str
    toxiproxy: str
    labels: Mapping[str, str]
    """The run's labels."""
    document: Mapping[str, Any]
    """What compose starts, in which the target is one service."""
    target: str
    """The target's service."""
    target_names: tuple[str, ...]
    """The names under which other services know it."""
    conditions: Mapping[str, str]
    """What the target waits for, by service: compose's conditions."""
    target_port: int
    services: Mapping[str, str]
    """The service of each dependency; empty where it is none of the compose file's."""
    others: tuple[str, ...] = ()
    """Services to start that are neither target nor dependencies nor proxies."""
    routes: Mapping[str, DependencyRoute] | None = None
    """None where the compose file leads the target to the proxies itself."""
    mentions: tuple[Mention, ...] = ()
    """Fixed addresses in the target's files that lead nowhere in the copy."""

    @property
    def called(self) -> str:
        """What a person knows a target by."""
        return f"the target {self.target}"

    @property
    def services_of_the_file(self) -> tuple[str, ...]:
        """Every service that compose knows."""
        return tuple(self.document["services"])

    @property
    def outside(self) -> frozenset[str]:
        """The dependencies that the stack does not start."""
        return frozenset(name for name, service in self.services.items() if not service)

    @property
    def names_led_to_the_tap(self) -> tuple[str, ...]:
        """The names that the target calls and the tap answers to."""
        routes = (self.routes or {}).values()
        return (self.tap, *dict.fromkeys(name for route in routes for name in route.names))

    @property
    def fronts(self) -> tuple[str, ...]:
        """The engine's names of the networks of target and tap; () where they are the file's."""
        if self.routes is None:
            return ()
        fronts = compose_rewrite.front_networks(self.routes)
        return tuple(f"{self.compose.project}_{front}" for front in fronts)

    @property
    def dependencies(self) -> tuple[str, ...]:
        """The services of the dependencies."""
        return tuple(dict.fromkeys(service for service in self.services.values() if service))

    def target_addresses(self) -> dict[str, Address]:
        """Return where the target reaches each dependency, for its variables and files."""
        routes = self.routes or {}
        return {
            name: Address(route.names[0], route.port)
            for name, route in routes.items()
            if not route.passed
        }

    def start_target(self, target: TargetService, folder: Path) -> None:
        """Let compose start one more target, from a file that is written to `folder`."""
        document = target_document(
            self.document, self.target, target, names=self.target_names, labels=self.labels
        )
        file = folder / f"compose.{target.service}.json"
        file.write_text(json.dumps(document, indent=2))
        try:
            self.compose.start(file, target.service)
        except StartError as error:
            raise StartError(
                f"{self.called} did not start, of the image {target.image}: {error}"
            ) from None

    def connect(
        self,
        engine: DockerEngine,
        configuration: Configuration,
        tap: Tap,
        toxiproxy: ToxiproxyControl,
    ) -> None:
        """Put the proxies of a rewritten stack between target and dependencies.

        Whoever's the tap is, it is told what to record. ControlError where a dependency is not
        known to both: a fault would strike beside the traffic.
        """
        if self.routes is not None:
            self._lead(self.routes, engine, configuration, tap, toxiproxy)
        for dependency in configuration.dependencies:
            tap.listening(dependency)
            toxiproxy.listening(dependency)
        record_fields(tap, configuration)

    def _lead(
        self,
        routes: Mapping[str, DependencyRoute],
        engine: DockerEngine,
        configuration: Configuration,
        tap: Tap,
        toxiproxy: ToxiproxyControl,
    ) -> None:
        project = self.compose.project
        for name, route in routes.items():
            toxiproxy.create(name, upstream=route.upstream, listen=f"0.0.0.0:{route.passage}")
            address = engine.address_in(self.tap, f"{project}_{route.front}")
            dependency = configuration.dependencies.get(name, PASSED)
            tap.create(
                name,
                upstream=f"{self.toxiproxy}:{route.passage}",
                protocol=dependency.protocol,
                tls=tls_field(name, dependency.tls, Path(configuration.directory)),
                listen=f"{address}:{route.port}",
            )
        if any(route.service for route in routes.values()):
            # For the dependencies that call the target by its name.
            port = self.target_port
            upstream = f"{compose_rewrite.TARGET}:{port}"
            toxiproxy.create(compose_rewrite.TARGET, upstream=upstream, listen=f"0.0.0.0:{port}")

    def check(self, engine: DockerEngine, dependency: str) -> None:
        """Raise ConnectionError where a dependency of a rewritten stack is not up yet."""
        if self.routes is None:
            return
        route = self.routes[dependency]
        # Beside the tap, whose evidence is of the target's traffic alone.
        command = ["python", "-I", "-c", READY, self.toxiproxy, str(route.passage)]
        status, _ = engine.execute(self.tap, command)
        if status:
            raise ConnectionError(
                f"{route.upstream} does not accept connections; where it listens on another port,"
                f" configure dependencies.{dependency}.port"
            )


def lay_out(
    configuration: Configuration, engine: DockerEngine, run: str, seed: int, folder: Path
) -> StackLayout:
    """Return the layout of the configured stack. Files that it needs are written to `folder`.

    Raises ConfigurationError where the compose file has too little.
    """
    docker = configuration.docker
    labels = {RUN_LABEL: run, OWNER_LABEL: owner()}
    variables = {
        RUN_VARIABLE: run,
        OWNER_VARIABLE: owner(),
        SEED_VARIABLE: str(seed),
        CONTROL_HOST_VARIABLE: unguessable_host(),
    }
    file = Path(docker.compose_file) if docker.compose_file else None
    home = file.parent if file else Path(configuration.directory)
    theirs = Compose(run_name(run), file, variables, home)
    compose_file = _read(theirs, configuration)
    target = configuration.service
    compose_file.check(target, "service")
    port = compose_file.target_port(target, docker.target_port)
    names, conditions = compose_file.names(target), compose_file.conditions(target)
    if docker.tap:
        proxies = (docker.tap, docker.toxiproxy)
        for key in ("tap", "toxiproxy"):
            compose_file.check(getattr(docker, key), f"docker.{key}")
        services = {name: each.service or name for name, each in configuration.dependencies.items()}
        return StackLayout(
            compose=theirs,
            tap=docker.tap,
            toxiproxy=docker.toxiproxy,
            labels=labels,
            document=compose_file.document,
            target=target,
            target_names=names,
            conditions=conditions,
            target_port=port,
            services=services,
            others=tuple(sorted(compose_file.behind({target}) - {*services.values(), *proxies})),
        )
    found = compose_rewrite.find_routes(compose_file, configuration)
    context = folder / "proxy-image"
    image = docker.proxy_image or proxy_image.write_context(context, docker.base_image)
    known = bool(docker.proxy_image) or engine.has_image(image)
    document = compose_rewrite.rewrite(
        compose_file,
        configuration,
        found,
        labels=labels,
        project=home.name.lower(),
        proxy=proxy_image.service(image, None if known else context, seed),
        folder=folder / "named",
    )
    copied = folder / "compose.rewritten.json"
    copied.write_text(json.dumps(document, indent=2))
    services = {name: found[name].service for name in configuration.dependencies}
    return StackLayout(
        compose=theirs.of(copied),
        tap=compose_rewrite.TAP,
        toxiproxy=compose_rewrite.TOXIPROXY,
        labels=labels,
        document=document,
        target=target,
        target_names=names,
        conditions=conditions,
        target_port=port,
        services=services,
        others=tuple(
            compose_rewrite.others(compose_file, configuration, set(services.values()) - {""})
        ),
        routes=found,
        mentions=mentions(FixedAddresses(compose_file), compose_file.services[target]),
    )


def _read(compose: Compose, configuration: Configuration) -> ComposeFile:
    """Return the file, with its profiles where a configured service is in one of them."""
    found = ComposeFile.read(compose.config())
    named = {each.service for each in configuration.dependencies.values()} | {configuration.service}
    if named - {""} <= set(found.services):
        return found
    profiles = compose.profiles()
    return ComposeFile.read(compose.config(profiles)) if profiles else found
