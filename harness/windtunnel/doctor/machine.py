"""What the machine has: the programs to start, and what each backend needs."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from windtunnel.backends.choice import EXTRAS
from windtunnel.backends.docker.compose_command import find_compose
from windtunnel.backends.installed_programs import find_programs
from windtunnel.backends.proxy_variables import proxy_variables
from windtunnel.configuration import Configuration, topology
from windtunnel.doctor.check import Check, fail, ok
from windtunnel.errors import BackendUnavailable
from windtunnel.extras import require


def commands(configuration: Configuration) -> Iterator[Check]:
    """Check that each command to start is found."""
    wanted = {
        name: topology.program(configuration, name).command
        for name in topology.names(configuration)
    }
    wanted |= {name: each.command for name, each in configuration.dependencies.items()}
    for name, command in wanted.items():
        if not command:
            continue
        program = command[0].replace("{python}", sys.executable)
        local = str(Path(configuration.directory) / program)
        path = shutil.which(local if "/" in program else program)
        if path is None:
            where = f"in {configuration.directory}" if "/" in program else "on PATH"
            yield fail(
                f"command of {name}",
                f"{program} is not found {where}, or cannot be executed",
                "install it, or correct the first word of the command",
            )
        else:
            yield ok(f"command of {name}", path)


def proxies(environment: Mapping[str, str]) -> Iterator[Check]:
    """Name the variables by which calls would go through a proxy."""
    if named := proxy_variables(environment):
        yield ok(
            "proxy variables",
            f"{', '.join(named)}: not used for loopback and the taps, of which the target and its"
            " dependencies are told by NO_PROXY",
        )


def backends(backend: str) -> Iterator[Check]:
    """Check what the backends need; what `backend` itself lacks is a failure."""
    yield from _local(backend)
    yield from _docker(backend)


def _local(backend: str) -> Iterator[Check]:
    try:
        toxiproxy, redis = find_programs()
        require(EXTRAS["local"], "the backend local")
    except BackendUnavailable as error:
        yield _lacking("local", backend, str(error), "install them; embedded needs neither")
    else:
        yield ok("local", f"{toxiproxy} and {redis}")


def _docker(backend: str) -> Iterator[Check]:
    try:
        require(EXTRAS["docker"], "the backend docker")
        # Imported here: without its extra there is no such module.
        from windtunnel.backends.docker.docker_engine import DockerEngine  # noqa: PLC0415 - as above

        compose = " ".join(find_compose())
        engine = DockerEngine("doctor")
    except BackendUnavailable as error:
        yield _lacking("docker", backend, str(error), "install it; embedded needs none")
    else:
        yield ok("docker", f"engine {engine.version}, {compose}")
        engine.close()


def _lacking(name: str, backend: str, found: str, remedy: str) -> Check:
    if name == backend:
        return fail(name, found, remedy)
    return ok(name, f"not needed, and not to be had here: {found.partition('; ')[0]}")
