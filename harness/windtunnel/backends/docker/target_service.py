"""The compose service of one target: the configured one's definition, under a name of its own."""

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.backends.docker.compose_file import Service, labels_of, variables_of

NOT_ITS_OWN = (
    "container_name",
    "depends_on",
    "external_links",
    "links",
    "mac_address",
    "ports",
    "profiles",
    "pull_policy",
    "scale",
)
"""What would collide with the other targets, or start what runs already."""
HOST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


@dataclass(frozen=True, slots=True)
class TargetService:
    """What one more target has beside its service's definition."""

    service: str
    """What it is called, as none of the file's is."""
    environment: Mapping[str, str]
    port: int
    """Published on a port of 127.0.0.1; 0 where it has none."""
    image: str
    published: int = 0
    """Where. 0: a free one, which is another one after each start of the container."""
    files: Path | None = None
    """A folder that it sees besides, at `mounted`."""
    mounted: str = ""


def target_document(
    document: Mapping[str, Any],
    configured: str,
    target: TargetService,
    *,
    names: Sequence[str],
    labels: Mapping[str, str],
) -> dict[str, Any]:
    """Return a compose document with one more target beside the service `configured`.

    `names` are those under which the other services know it.
    """
    made = copy.deepcopy(dict(document))
    made.pop("name", None)
    service: Service = copy.deepcopy(made["services"][configured])
    for key in (*NOT_ITS_OWN, "build"):
        service.pop(key, None)
    for key in ("replicas", "restart_policy"):
        (service.get("deploy") or {}).pop(key, None)
    # Its own dollars are escaped already.
    given = {name: text.replace("$", "$$") for name, text in target.environment.items()}
    service |= {
        "image": target.image,
        "environment": variables_of(service) | given,
        "labels": labels_of(service) | dict(labels),
        "ports": [f"127.0.0.1:{target.published or ''}:{target.port}"] if target.port else [],
        "init": True,
        "restart": "no",
        # We ask the target ourselves whether it is healthy, and more often.
        "healthcheck": {"disable": True},
        "networks": _networks(service, names),
    }
    if not service.get("hostname") and not service.get("uts") and HOST_NAME.fullmatch(names[0]):
        # By its own name it meets itself, and no other target that runs beside it.
        service["hostname"] = names[0]
    if target.files is not None:
        mount = {
            "type": "bind",
            "source": str(target.files).replace("$", "$$"),
            "target": target.mounted,
            "read_only": True,
        }
        service["volumes"] = [*(service.get("volumes") or ()), mount]
    made["services"][target.service] = service
    return made


def _networks(service: Service, names: Sequence[str]) -> dict[str, Any]:
    """Return its networks, with its names in each and without fixed addresses: it is not alone."""
    networks = service.get("networks") or ["default"]
    listed = networks if isinstance(networks, dict) else dict.fromkeys(networks)
    found = {}
    for network, options in listed.items():
        kept = {
            key: value
            for key, value in (options or {}).items()
            if key not in {"ipv4_address", "ipv6_address", "mac_address"}
        }
        known = [*(kept.get("aliases") or ()), *names]
        found[network] = kept | {"aliases": list(dict.fromkeys(known))}
    return found
