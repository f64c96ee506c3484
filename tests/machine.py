"""What this machine has, so that tests can skip with a reason where it lacks something."""

import os
import shutil

from windtunnel.backends.docker.compose_command import find_compose
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.errors import BackendUnavailable


def missing(backend: str) -> str:
    """Return why a backend cannot run here, or ""."""
    if backend == "local" and not (
        os.environ.get("WINDTUNNEL_TOXIPROXY") or shutil.which("toxiproxy-server")
    ):
        return "toxiproxy-server is not on PATH"
    if backend == "local" and not shutil.which("redis-server"):
        return "redis-server is not on PATH"
    if backend == "docker":
        try:
            find_compose()
            DockerEngine("probe").close()
        except BackendUnavailable as error:
            return str(error)
    return ""
