"""Lays out the configured stack: with the compose file's own proxies, or with ours in a copy."""

import json
from collections.abc import Mapping
from pathlib import Path

from windtunnel.backends.docker import compose_rewrite, proxy_image
from windtunnel.backends.docker.compose_command import Compose
from windtunnel.backends.docker.compose_file import ComposeFile
from windtunnel.backends.docker.dependency_routes import (
    DependencyRoute,
    find_routes,
    services_of_programs,
)
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.engine_owner import owner
from windtunnel.backends.docker.fixed_addresses import FixedAddresses, mentions
from windtunnel.backends.docker.stack_layout import ProgramService, StackLayout
from windtunnel.configuration import Configuration, topology
from windtunnel.errors import ConfigurationError
from windtunnel.ports import unguessable_host
from windtunnel.records.edge import Edge
from windtunnel.run_identity import (
    CONTROL_HOST_VARIABLE,
    OWNER_LABEL,
    OWNER_VARIABLE,
    RUN_LABEL,
    RUN_VARIABLE,
    SEED_VARIABLE,
    run_name,
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
    port = target_port(compose_file, configuration)
    driven = ProgramService(target, compose_file.names(target), port, f"the target {target}")
    if docker.tap:
        if len(topology.names(configuration)) > 1:
            raise ConfigurationError(
                f"docker.tap = {docker.tap!r}: expected none beside programs, each of which has"
                " networks of its own in a copy of the compose file"
            )
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
            conditions=compose_file.conditions(target),
            services=services,
            programs={configuration.target: driven},
            others=tuple(sorted(compose_file.behind({target}) - {*services.values(), *proxies})),
        )
    found = find_routes(compose_file, configuration)
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
    programs = services_of_programs(compose_file, configuration)
    # The first route counts: that of the driven program, where it has one.
    reached: dict[str, str] = {}
    for edge, route in found.items():
        if Edge(edge).dependency in configuration.dependencies:
            reached.setdefault(Edge(edge).dependency, route.service)
    return StackLayout(
        compose=theirs.of(copied),
        tap=compose_rewrite.TAP,
        toxiproxy=compose_rewrite.TOXIPROXY,
        labels=labels,
        document=document,
        target=target,
        conditions=_conditions(compose_file, programs),
        services=reached,
        programs={configuration.target: driven}
        | {
            name: ProgramService(
                service,
                compose_file.names(service),
                _port(compose_file, configuration, found, name, service),
                f"the program {name}",
            )
            for name, service in programs.items()
            if name != configuration.target
        },
        others=tuple(compose_rewrite.others(compose_file, configuration, found)),
        routes=found,
        mentions=tuple(
            each
            for service in programs.values()
            for each in mentions(FixedAddresses(compose_file), compose_file.services[service])
        ),
    )


def _conditions(compose_file: ComposeFile, programs: Mapping[str, str]) -> dict[str, str]:
    """Return what the programs wait for, but for each other: the condition by service."""
    found: dict[str, str] = {}
    for service in programs.values():
        found |= compose_file.conditions(service)
    return {name: each for name, each in found.items() if name not in programs.values()}


def target_port(compose_file: ComposeFile, configuration: Configuration) -> int:
    """Return the port on which the driven program listens; 0 where it needs none."""
    wanted = configuration.docker.target_port
    ready = topology.program(configuration, configuration.target).ready
    if ready is None or not (ready.log or ready.command):
        return compose_file.target_port(configuration.service, wanted)
    known = (wanted, configuration.port, *compose_file.ports(configuration.service))
    return next(filter(None, known), 0)


def _port(
    compose_file: ComposeFile,
    configuration: Configuration,
    routes: Mapping[str, DependencyRoute],
    name: str,
    service: str,
) -> int:
    """Return the port on which a program listens in its container; 0 where none is known."""
    called = [each.port for edge, each in routes.items() if Edge(edge).dependency == name]
    known = [*called, configuration.programs[name].port, *compose_file.ports(service)]
    return next(filter(None, known), 0)


def _read(compose: Compose, configuration: Configuration) -> ComposeFile:
    """Return the file, with its profiles where a configured service is in one of them."""
    found = ComposeFile.read(compose.config())
    named = {each.service for each in configuration.dependencies.values()} | {configuration.service}
    named |= {each.service for each in configuration.programs.values()}
    if named - {""} <= set(found.services):
        return found
    profiles = compose.profiles()
    return ComposeFile.read(compose.config(profiles)) if profiles else found
