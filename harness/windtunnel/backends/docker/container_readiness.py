"""Waits until a container is healthy, and reports why it is not."""

import http.client
import logging
import time
from collections.abc import Callable

from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.log_waits import log_wait
from windtunnel.errors import StartError

LOG = logging.getLogger(__name__)


def await_healthy(
    engine: DockerEngine, service: str, probe: Callable[[], None], *, deadline: float
) -> None:
    """Return once a service's container is healthy and `probe` raises nothing.

    Raises StartError, with the container's last lines, where it ends, or is not healthy after
    `deadline` seconds. `probe` raises OSError or HTTPException while it is not.
    """
    begun = time.monotonic()
    reason = ""
    while time.monotonic() - begun < deadline:
        state = engine.state(service)
        if state.status in {"exited", "dead"}:
            raise StartError(
                f"{service} exited at its start with status {state.exit_status}"
                f"\n{engine.logs(service)}"
            )
        if state.status == "running" and state.health in {"", "healthy"}:
            try:
                probe()
            except (OSError, http.client.HTTPException) as error:
                reason = str(error) or type(error).__name__
            else:
                log_wait(LOG, f"the container of {service}", time.monotonic() - begun, reason)
                return
        else:
            reason = f"it is {state.status} {state.health}".rstrip()
        time.sleep(0.05)
    log = engine.logs(service)
    raise StartError(
        f"{service} was not healthy within {deadline:g} s: {reason or 'it did not start'}\n{log}"
    )
