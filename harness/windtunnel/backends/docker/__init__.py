"""The docker backend: the same stack in containers, in networks that the run makes itself."""

from windtunnel.backends.docker.docker_backend import DockerBackend

__all__ = ["DockerBackend"]
