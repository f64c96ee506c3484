"""What a compose stack is started as: with the file's own proxies, or with ours added to a copy."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from windtunnel.address import Address
from windtunnel.backends.docker import proxy_image, rewiring
from windtunnel.backends.docker.compose import Compose
from windtunnel.backends.docker.composed import Composed, Service
from windtunnel.backends.docker.engine import OWNER_LABEL, RUN_LABEL, Engine, owner
from windtunnel.backends.docker.rewiring import Wire
from windtunnel.backends.tap import Tap
from windtunnel.backends.tap_tls import tls_field
from windtunnel.backends.toxiproxy import ToxiproxyControl
from windtunnel.configuration import Configuration

READY = (
    "import socket,sys;s=socket.create_connection((sys.argv[1],int(sys.argv[2])),2);"
    "s.settimeout(0.3)\ntry: sys.exit(not s.recv(1))\nexcept TimeoutError: pass"
)
"""Fails where a connection is closed at once, as Toxiproxy does for a dependency that is not up."""


@dataclass(frozen=True, slots=True)
class Wiring:
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
    wires: Mapping[str, Wire] | None = None
    """None where the compose file leads the target to the proxies itself."""

    @property
    def outside(self) -> frozenset[str]:
        """The dependencies that the stack does not start."""
        return frozenset(name for name, service in self.services.items() if not service)

    @property
    def target_networks(self) -> tuple[str, ...]:
        """The engine's names of the target's networks; empty where the compose file says them."""
        if self.wires is None:
            return ()
        project, names = self.compose.project, rewiring.target_networks(self.wires, self.others)
        return tuple(f"{project}_{name}" for name in names)

    @property
    def dependencies(self) -> tuple[str, ...]:
        """The services of the dependencies."""
        return tuple(dict.fromkeys(service for service in self.services.values() if service))

    def told(self) -> dict[str, Address]:
        """Return where the target reaches each dependency, for its variables and files."""
        wires = self.wires or {}
        return {name: Address(wire.names[0], wire.port) for name, wire in wires.items()}

    def connect(
        self, engine: Engine, configuration: Configuration, tap: Tap, toxiproxy: ToxiproxyControl
    ) -> None:
        """Put the proxies of a rewired stack between target and dependencies."""
        if self.wires is None:
            return
        project = self.compose.project
        for name, wire in self.wires.items():
            toxiproxy.create(name, upstream=wire.upstream, listen=f"0.0.0.0:{wire.passage}")
            address = engine.address_in(self.tap, f"{project}_{wire.front}")
            tap.create(
                name,
                upstream=f"{self.toxiproxy}:{wire.passage}",
                protocol=configuration.dependencies[name].protocol,
                tls=tls_field(configuration.dependencies[name].tls, Path(configuration.directory)),
                listen=f"{address}:{wire.port}",
            )

    def check(self, engine: Engine, dependency: str) -> None:
        """Raise ConnectionError where a dependency of a rewired stack is not up yet."""
        if self.wires is None:
            return
        wire = self.wires[dependency]
        # Beside the tap, whose evidence is of the target's traffic alone.
        command = ["python", "-I", "-c", READY, self.toxiproxy, str(wire.passage)]
        status, _ = engine.execute(self.tap, command)
        if status:
            raise ConnectionError(f"{wire.upstream} does not accept connections")


def wire(configuration: Configuration, engine: Engine, run: str, seed: int, folder: Path) -> Wiring:
    """Return how the configured stack is started; `folder` takes what has to be written for it.

    Raises ConfigurationError where the compose file does not say enough.
    """
    docker = configuration.docker
    labels = {RUN_LABEL: run, OWNER_LABEL: owner()}
    variables = {"WINDTUNNEL_RUN": run, "WINDTUNNEL_OWNER": owner(), "WINDTUNNEL_SEED": str(seed)}
    file = Path(docker.compose_file) if docker.compose_file else None
    home = file.parent if file else Path(configuration.directory)
    theirs = Compose(f"windtunnel-{run}", file, variables, home)
    composed = Composed.read(theirs.config())
    composed.check(configuration.service, "service")
    target = composed.services[configuration.service]
    port = composed.target_port(configuration.service, docker.target_port)
    if docker.tap:
        for key in ("tap", "toxiproxy"):
            composed.check(getattr(docker, key), f"docker.{key}")
        services = {name: each.service or name for name, each in configuration.dependencies.items()}
        return Wiring(theirs, docker.tap, docker.toxiproxy, target, port, services)
    found = rewiring.wires(composed, configuration)
    context = folder / "proxy-image"
    image = docker.proxy_image or proxy_image.write_context(context, docker.base_image)
    known = bool(docker.proxy_image) or engine.has_image(image)
    document = rewiring.rewired(
        composed,
        configuration,
        found,
        labels=labels,
        project=home.name.lower(),
        proxy=proxy_image.service(image, None if known else context, seed),
    )
    copied = folder / "compose.rewired.json"
    copied.write_text(json.dumps(document, indent=2))
    services = {name: each.service for name, each in found.items()}
    return Wiring(
        Compose(f"windtunnel-{run}", copied, variables, home),
        rewiring.TAP,
        rewiring.TOXIPROXY,
        target,
        port,
        services,
        tuple(rewiring.others(composed, configuration, set(services.values()) - {""})),
        found,
    )
