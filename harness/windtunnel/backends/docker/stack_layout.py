"""The layout of a compose stack: its services, and how the proxies stand between them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.address import Address
from windtunnel.backends.docker import compose_rewrite
from windtunnel.backends.docker.compose_command import Compose
from windtunnel.backends.docker.dependency_routes import (
    DependencyRoute,
)
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.fixed_addresses import Mention
from windtunnel.backends.docker.target_service import (
    TargetService,
    target_document,
)
from windtunnel.backends.tap import Tap
from windtunnel.backends.tap_fields import record_fields
from windtunnel.backends.tap_tls import tls_field
from windtunnel.backends.toxiproxy import ToxiproxyControl
from windtunnel.configuration import Configuration, Dependency, topology
from windtunnel.errors import StartError
from windtunnel.records.edge import Edge

READY = (
    "import socket,sys;s=socket.create_connection((sys.argv[1],int(sys.argv[2])),2);"
    "s.settimeout(0.3)\ntry: sys.exit(not s.recv(1))\nexcept TimeoutError: pass"
)
"""Fails where a connection is closed at once, as Toxiproxy does for a dependency that is not up."""

PASSED = Dependency(endpoint="/")
"""How another port of a dependency's service is let through."""


@dataclass(frozen=True, slots=True)
class ProgramService:
    """The service of one program, of which each scenario gets a container of its own."""

    service: str
    names: tuple[str, ...]
    """The names under which other services know it."""
    port: int
    """Where it listens in its container; 0 where it does not."""
    called: str
    """What a person knows it by."""


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
    conditions: Mapping[str, str]
    """What the target waits for, by service: compose's conditions."""
    services: Mapping[str, str]
    """The service of each dependency; empty where it is none of the compose file's."""
    programs: Mapping[str, ProgramService]
    """The service of each program, the driven one among them."""
    others: tuple[str, ...] = ()
    """Services to start that are neither target nor dependencies nor proxies."""
    routes: Mapping[str, DependencyRoute] | None = None
    """None where the compose file leads the target to the proxies itself."""
    mentions: tuple[Mention, ...] = ()
    """Fixed addresses in the target's files that lead nowhere in the copy."""

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
        """The engine's names of the networks of programs and tap; () where they are the file's."""
        if self.routes is None:
            return ()
        fronts = compose_rewrite.front_networks(self.routes, "")
        fronts += [each.front for each in self.routes.values()]
        return tuple(f"{self.compose.project}_{front}" for front in dict.fromkeys(fronts))

    @property
    def dependencies(self) -> tuple[str, ...]:
        """The services of the dependencies."""
        return tuple(dict.fromkeys(service for service in self.services.values() if service))

    def route_of(self, dependency: str) -> DependencyRoute:
        """Return a route to a dependency: of the driven program, or else of another."""
        routes = self.routes or {}
        return next(each for name, each in routes.items() if Edge(name).dependency == dependency)

    def addresses(self) -> dict[Edge, Address]:
        """Return where each program reaches what it calls, for its variables and files."""
        routes = self.routes or {}
        return {
            Edge(name): Address(route.names[0], route.port)
            for name, route in routes.items()
            if not route.passed
        }

    def start_program(self, program: str, container: TargetService, folder: Path) -> None:
        """Let compose start one more container of a program, from a file in `folder`."""
        own = self.programs[program]
        document = target_document(
            self.document, own.service, container, names=own.names, labels=self.labels
        )
        file = folder / f"compose.{container.service}.json"
        file.write_text(json.dumps(document, indent=2))
        try:
            self.compose.start(file, container.service)
        except StartError as error:
            raise StartError(
                f"{own.called} did not start, of the image {container.image}: {error}"
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
        for edge in topology.edges(configuration):
            tap.listening(edge)
            toxiproxy.listening(edge)
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
        callees = topology.callees(configuration)
        for name, route in routes.items():
            toxiproxy.create(name, upstream=route.upstream, listen=f"0.0.0.0:{route.passage}")
            address = engine.address_in(self.tap, f"{project}_{route.front}")
            dependency = PASSED if route.passed else callees[Edge(name).dependency]
            tap.create(
                name,
                upstream=f"{self.toxiproxy}:{route.passage}",
                protocol=dependency.protocol,
                tls=tls_field(name, dependency.tls, Path(configuration.directory)),
                listen=f"{address}:{route.port}",
            )
        if any(route.service for route in routes.values()):
            # For the dependencies that call the target by its name.
            port = self.programs[configuration.target].port
            upstream = f"{compose_rewrite.TARGET}:{port}"
            toxiproxy.create(compose_rewrite.TARGET, upstream=upstream, listen=f"0.0.0.0:{port}")

    def check(self, engine: DockerEngine, dependency: str) -> None:
        """Raise ConnectionError where a dependency of a rewritten stack is not up yet."""
        if self.routes is None:
            return
        route = self.route_of(dependency)
        # Beside the tap, whose evidence is of the target's traffic alone.
        command = ["python", "-I", "-c", READY, self.toxiproxy, str(route.passage)]
        status, _ = engine.execute(self.tap, command)
        if status:
            raise ConnectionError(
                f"{route.upstream} does not accept connections; where it listens on another port,"
                f" configure dependencies.{dependency}.port"
            )
