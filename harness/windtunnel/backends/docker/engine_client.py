"""Makes a client of the engine that the `docker` command would use."""

import socket

import docker
import requests
from docker.errors import APIError, DockerException
from docker.tls import TLSConfig

from windtunnel.backends.docker.docker_context import EngineEndpoint, active_endpoint
from windtunnel.errors import BackendUnavailable

API_VERSION = "1.41"
"""Of Docker 20.10, the oldest that we run on; newer engines speak it too."""
DEADLINE = 60
"""Seconds that one request to the engine may take."""


def connected() -> docker.DockerClient:
    """Return a client of the engine that `docker` would use; BackendUnavailable without one."""
    endpoint = active_endpoint()
    try:
        if endpoint.host.startswith("unix://"):
            # Tried first, because the package leaves its socket open where this fails.
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(5)
                probe.connect(endpoint.host.removeprefix("unix://"))
        client = _client(endpoint)
        if endpoint.is_local:
            # ALL_PROXY would be asked for a socket of this machine.
            client.api.trust_env = False
        client.ping()
    except (OSError, DockerException, requests.RequestException) as error:
        context = f" (docker context {endpoint.context!r})" if endpoint.context else ""
        raise BackendUnavailable(
            f"no Docker engine answers at {endpoint.host}{context} ({short(error)}); start one,"
            " set DOCKER_HOST, or use --windtunnel-backend=embedded, which needs none"
        ) from None
    return client


def _client(endpoint: EngineEndpoint) -> docker.DockerClient:
    if not endpoint.context:
        # With a version nothing is sent yet.
        return docker.from_env(timeout=DEADLINE, version=API_VERSION)
    tls: TLSConfig | bool = False
    if endpoint.authority or endpoint.certificate or not endpoint.verified:
        pair = (endpoint.certificate, endpoint.key) if endpoint.certificate else None
        tls = TLSConfig(
            client_cert=pair, ca_cert=endpoint.authority or None, verify=endpoint.verified
        )
    return docker.DockerClient(
        base_url=endpoint.host,
        tls=tls,
        timeout=DEADLINE,
        version=API_VERSION,
        use_ssh_client=endpoint.host.startswith("ssh://"),
    )


def short(error: Exception) -> str:
    """Return the first line of what the engine, or the way to it, answered."""
    text = error.explanation if isinstance(error, APIError) and error.explanation else str(error)
    return text.strip().splitlines()[0] if text.strip() else type(error).__name__
