"""The compose service in which a command prepares what tests find."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from windtunnel.backends.docker.compose_file import Service, labels_of, variables_of
from windtunnel.backends.docker.target_service import NOT_ITS_OWN
from windtunnel.run_identity import PREFIX

JOB = f"{PREFIX}prepare"
"""Its name."""


def job_document(
    document: Mapping[str, Any],
    configured: str,
    *,
    networks: Sequence[str] | None,
    environment: Mapping[str, str],
    labels: Mapping[str, str],
    files: Path | None,
    mounted: str,
) -> dict[str, Any]:
    """Return a compose document with one more service, made as `configured` is.

    It is in `networks`, where it meets the dependencies themselves; None: in those that the file
    gives it. It sees the folder `files` at `mounted`.
    """
    made = copy.deepcopy(dict(document))
    made.pop("name", None)
    service: Service = copy.deepcopy(made["services"][configured])
    for key in (*NOT_ITS_OWN, "build", "healthcheck", "hostname"):
        service.pop(key, None)
    given = {name: text.replace("$", "$$") for name, text in environment.items()}
    service |= {
        "environment": variables_of(service) | given,
        "labels": labels_of(service) | dict(labels),
        "restart": "no",
    }
    if networks is not None and not service.get("network_mode"):
        service["networks"] = dict.fromkeys(networks)
    if files is not None:
        mount = {
            "type": "bind",
            "source": str(files).replace("$", "$$"),
            "target": mounted,
            "read_only": True,
        }
        service["volumes"] = [*(service.get("volumes") or ()), mount]
    made["services"][JOB] = service
    return made
