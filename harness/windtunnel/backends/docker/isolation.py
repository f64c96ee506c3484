"""Lets the services of a copied compose file run beside any other stack, the user's own too."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from windtunnel.backends.docker.compose_file import Service, labels_of
from windtunnel.run_identity import PREFIX, RUN_LABEL


def isolate_service(service: Service, image: str, labels: Mapping[str, str]) -> None:
    """Remove from a service what could collide with another stack, and label it."""
    for key in ("container_name", "mac_address", "ports", "profiles", "restart", "scale"):
        service.pop(key, None)
    for key in ("replicas", "restart_policy"):
        (service.get("deploy") or {}).pop(key, None)
    if service.get("build"):
        service["image"] = image
    service["labels"] = labels_of(service) | dict(labels)
    check = service.get("healthcheck")
    if check and not check.get("disable"):
        # The first check comes after one interval, so a short one makes a quick start.
        check["interval"] = "1s"
    networks = service.get("networks")
    if not service.get("network_mode"):
        names = networks or ["default"]
        service["networks"] = dict(networks) if isinstance(networks, dict) else dict.fromkeys(names)


def local_image(project: str, name: str) -> str:
    """Return the name of the image that is built for a service: lower case, as engines demand."""
    wanted = f"{project}-{name}"
    plain = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-")
    # Two names may differ in what an image's name cannot have.
    told_apart = "" if plain == wanted else f"-{hashlib.sha256(wanted.encode()).hexdigest()[:8]}"
    return f"{PREFIX}{plain}{told_apart}:local"


def start_without(service: Service, target: str) -> None:
    """Let a service start without the target, which compose would start with it."""
    needed = service.get("depends_on")
    if isinstance(needed, dict):
        needed.pop(target, None)
    elif needed:
        service["depends_on"] = [each for each in needed if each != target]
    if service.get("links"):
        kept = [link for link in service["links"] if str(link).partition(":")[0] != target]
        service["links"] = kept


def isolate_part(
    name: str, made: dict[str, Any] | None, labels: Mapping[str, str]
) -> dict[str, Any]:
    """Return a network or volume as one of the run's own; an external one is left alone."""
    options = dict(made or {})
    if options.get("external"):
        return options
    options.pop("name", None)
    # A fixed subnet can be had once: another run, or the user's own stack, may have it.
    options.pop("ipam", None)
    if options.get("enable_ipv6"):
        # Engines before 27 have no addresses of their own for it: a unique local prefix (RFC 4193).
        digest = hashlib.sha256(f"{labels.get(RUN_LABEL)} {name}".encode()).hexdigest()
        prefix = f"fd{digest[:2]}:{digest[2:6]}:{digest[6:10]}:{digest[10:14]}::/64"
        options["ipam"] = {"config": [{"subnet": prefix}]}
    options["labels"] = labels_of(options) | dict(labels)
    return options
