"""Finds the engine that the `docker` command would use: DOCKER_HOST's, or the active context's."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.errors import BackendUnavailable

USUAL = "unix:///var/run/docker.sock"


@dataclass(frozen=True, slots=True)
class EngineEndpoint:
    """Where an engine listens, and the files by which it is trusted over TLS."""

    host: str
    context: str = ""
    """The docker context that names it; empty without one."""
    authority: str = ""
    certificate: str = ""
    key: str = ""
    verified: bool = True

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, which no proxy reaches."""
        scheme, _, rest = self.host.partition("://")
        return scheme in {"unix", "npipe"} or rest.startswith(("127.", "localhost", "[::1]"))


def active_endpoint(environment: Mapping[str, str] = os.environ) -> EngineEndpoint:
    """Return the engine's endpoint; BackendUnavailable where the context does not exist.

    As the command does: DOCKER_HOST, DOCKER_CONTEXT, the configuration's current context.
    """
    if host := environment.get("DOCKER_HOST"):
        return EngineEndpoint(host)
    folder = Path(environment.get("DOCKER_CONFIG") or Path.home() / ".docker")
    name = environment.get("DOCKER_CONTEXT") or str(
        _read(folder / "config.json").get("currentContext") or ""
    )
    if name in {"", "default"}:
        return EngineEndpoint(USUAL)
    identity = hashlib.sha256(name.encode()).hexdigest()
    found = _read(folder / "contexts" / "meta" / identity / "meta.json")
    endpoint = (found.get("Endpoints") or {}).get("docker") or {}
    if not endpoint.get("Host"):
        raise BackendUnavailable(
            f"the docker context {name!r} does not exist in {folder}; `docker context ls` lists"
            " those that do, and DOCKER_HOST or DOCKER_CONTEXT chooses another"
        )
    files = folder / "contexts" / "tls" / identity / "docker"
    authority, certificate, key = (
        str(files / each) if (files / each).is_file() else ""
        for each in ("ca.pem", "cert.pem", "key.pem")
    )
    return EngineEndpoint(
        host=str(endpoint["Host"]),
        context=name,
        authority=authority,
        certificate=certificate,
        key=key,
        verified=not endpoint.get("SkipTLSVerify"),
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
