"""Lays out a compose stack: with the file's own proxies, or with ours added to a copy."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from windtunnel.address import Address
from windtunnel.backends.docker import compose_rewrite, proxy_image
from windtunnel.backends.docker.compose_command import Compose
from windtunnel.backends.docker.compose_file import ComposeFile, Service
from windtunnel.backends.docker.compose_rewrite import DependencyRoute
from windtunnel.backends.docker.docker_engine import DockerEngine, owner
from windtunnel.backends.tap import Tap
from windtunnel.backends.tap_tls import tls_field
from windtunnel.backends.toxiproxy import ToxiproxyControl
from windtunnel.configuration import Configuration
from windtunnel.run_identity import (
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


@dataclass(frozen=True, slots=True)
class StackLayout:
    """The services of a stack, and how the proxies stand between target and dependencies."""

    compose: Compose
    tap: str
    toxiproxy: str
    target: Service
    """The target's service, as compose reads it."""
    target_port: int
    services: Mapping[str, str]
    """The service of each dependency; empty where it is none of the compose file's."""
    others: tuple[str, ...] = ()
    """Services to start that are neither target nor dependencies nor proxies."""
    routes: Mapping[str, DependencyRoute] | None = None
    """None where the compose file leads the target to the proxies itself."""

    @property
    def outside(self) -> frozenset[str]:
        """The dependencies that the stack does not start."""
        return frozenset(name for name, service in self.services.items() if not service)

    @property
    def target_networks(self) -> tuple[str, ...]:
        """The engine's names of the target's networks; empty where the compose file has them."""
        if self.routes is None:
            return ()
        project, names = (
            self.compose.project,
            compose_rewrite.target_networks(self.routes, self.others),
        )
        return tuple(f"{project}_{name}" for name in names)

    @property
    def dependencies(self) -> tuple[str, ...]:
        """The services of the dependencies."""
        return tuple(dict.fromkeys(service for service in self.services.values() if service))

    def target_addresses(self) -> dict[str, Address]:
        """Return where the target reaches each dependency, for its variables and files."""
        routes = self.routes or {}
        return {name: Address(route.names[0], route.port) for name, route in routes.items()}

    def connect(
        self,
        engine: DockerEngine,
        configuration: Configuration,
        tap: Tap,
        toxiproxy: ToxiproxyControl,
    ) -> None:
        """Put the proxies of a rewritten stack between target and dependencies."""
        if self.routes is None:
            return
        project = self.compose.project
        for name, route in self.routes.items():
            toxiproxy.create(name, upstream=route.upstream, listen=f"0.0.0.0:{route.passage}")
            address = engine.address_in(self.tap, f"{project}_{route.front}")
            tap.create(
                name,
                upstream=f"{self.toxiproxy}:{route.passage}",
                protocol=configuration.dependencies[name].protocol,
                tls=tls_field(configuration.dependencies[name].tls, Path(configuration.directory)),
                listen=f"{address}:{route.port}",
            )

    def check(self, engine: DockerEngine, dependency: str) -> None:
        """Raise ConnectionError where a dependency of a rewritten stack is not up yet."""
        if self.routes is None:
            return
        route = self.routes[dependency]
        # Beside the tap, whose evidence is of the target's traffic alone.
        command = ["python", "-I", "-c", READY, self.toxiproxy, str(route.passage)]
        status, _ = engine.execute(self.tap, command)
        if status:
            raise ConnectionError(f"{route.upstream} does not accept connections")


def lay_out(
    configuration: Configuration, engine: DockerEngine, run: str, seed: int, folder: Path
) -> StackLayout:
    """Return the layout of the configured stack. Files that it needs are written to `folder`.

    Raises ConfigurationError where the compose file has too little.
    """
    docker = configuration.docker
    labels = {RUN_LABEL: run, OWNER_LABEL: owner()}
    variables = {RUN_VARIABLE: run, OWNER_VARIABLE: owner(), SEED_VARIABLE: str(seed)}
    file = Path(docker.compose_file) if docker.compose_file else None
    home = file.parent if file else Path(configuration.directory)
    theirs = Compose(run_name(run), file, variables, home)
    compose_file = ComposeFile.read(theirs.config())
    compose_file.check(configuration.service, "service")
    target = compose_file.services[configuration.service]
    port = compose_file.target_port(configuration.service, docker.target_port)
    if docker.tap:
        for key in ("tap", "toxiproxy"):
            compose_file.check(getattr(docker, key), f"docker.{key}")
        services = {name: each.service or name for name, each in configuration.dependencies.items()}
        return StackLayout(theirs, docker.tap, docker.toxiproxy, target, port, services)
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
    )
    copied = folder / "compose.rewritten.json"
    copied.write_text(json.dumps(document, indent=2))
    services = {name: each.service for name, each in found.items()}
    return StackLayout(
        Compose(run_name(run), copied, variables, home),
        compose_rewrite.TAP,
        compose_rewrite.TOXIPROXY,
        target,
        port,
        services,
        tuple(compose_rewrite.others(compose_file, configuration, set(services.values()) - {""})),
        found,
    )
