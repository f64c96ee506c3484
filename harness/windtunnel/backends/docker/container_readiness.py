"""Waits until a container is healthy, and reports why it is not."""

import http.client
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from windtunnel.address import Address
from windtunnel.backends.backend_contract import ProgramEnd
from windtunnel.backends.docker.container_state import ContainerState
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.log_waits import log_wait
from windtunnel.errors import StartError
from windtunnel.protocols.http.probe import answers_http
from windtunnel.target_tls import TargetTls

JOB_DEADLINE = 180.0
"""Seconds that a job which the target waits for may take, at least: migrations and the like."""
PAUSE = 0.02
"""Seconds between two looks: each costs the engine some milliseconds, and delays a start by half of
them."""
Probe = Callable[[ContainerState], None]
LOG = logging.getLogger(__name__)


def await_healthy(
    engine: DockerEngine, service: str, probe: Probe, *, deadline: float, called: str = ""
) -> None:
    """Return once a service's container is healthy and `probe` of its state raises nothing.

    `called` is what a person knows it by, where that is not the service's name.
    Raises StartError, with the container's last lines, where it ends, or is not healthy after
    `deadline` seconds. `probe` raises OSError or HTTPException while it is not.
    """
    begun = time.monotonic()
    reason = ""
    while time.monotonic() - begun < deadline:
        state = engine.state(service)
        if state.status in {"exited", "dead"}:
            raise StartError(
                f"{called or service} exited at its start with status {state.exit_status}"
                f"\n{engine.logs(service)}"
            )
        if state.status == "running" and state.health in {"", "healthy"}:
            try:
                probe(state)
            except (OSError, http.client.HTTPException) as error:
                reason = str(error) or type(error).__name__
            else:
                log_wait(LOG, f"the container of {service}", time.monotonic() - begun, reason)
                return
        else:
            reason = _condition(state)
        time.sleep(PAUSE)
    raise StartError(
        f"{called or service} was not healthy within {deadline:g} s:"
        f" {reason or 'it did not start'}\n{engine.logs(service)}"
    )


def await_answer(
    engine: DockerEngine,
    service: str,
    port: int,
    path: str,
    *,
    deadline: float,
    called: str = "",
    tls: TargetTls | None = None,
) -> Address:
    """Return where a service's port can be reached, once it is healthy and answers there."""
    found: list[Address] = []

    def probe(state: ContainerState) -> None:
        address = state.address_of(port)
        if address is None:
            raise ConnectionError(f"it does not publish its port {port}")
        address = replace(address, tls=tls)
        try:
            answers_http(path)(address)
        except (OSError, http.client.HTTPException) as error:
            why = str(error) or type(error).__name__
            if isinstance(error, ConnectionError):
                # The engine accepts connections to a published port, whoever listens behind it.
                why += "; it may listen on another port, or on the loopback of its container alone"
            raise ConnectionError(f"its port {port}, asked for {path}: {why}") from None
        found.append(address)

    await_healthy(engine, service, probe, deadline=deadline, called=called)
    return found[0]


def _condition(state: ContainerState) -> str:
    found = f"it is {state.status}"
    if state.health:
        found += f" and {state.health}"
    return f"{found}; its healthcheck printed {state.check!r:.200}" if state.check else found


@contextmanager
def last_words_of(engine: DockerEngine, services: Sequence[str]) -> Iterator[None]:
    """Let a StartError of compose have the last words of the containers that failed."""
    try:
        yield
    except StartError as error:
        words = [str(error)]
        for service in services:
            state = engine.seen(service)
            if state is None:
                continue
            if state.status in {"exited", "dead"} and state.exit_status:
                ended = f"{service} ended with exit status {state.exit_status}"
                words.append(f"{ended}; {engine.logs(service)}")
            elif state.health == "unhealthy":
                words.append(f"{service}: {_condition(state)}; {engine.logs(service)}")
        raise StartError("\n".join(words)) from None


def ended_containers(
    engine: DockerEngine, services: Mapping[str, str], *, struck: frozenset[str]
) -> tuple[ProgramEnd, ...]:
    """Return which of these services, by what they are called, ended without being struck."""
    ended = engine.ended() - struck
    return tuple(
        ProgramEnd(name, engine.state(service).exit_status, engine.logs(service))
        for name, service in services.items()
        if service in ended
    )


def await_conditions(
    engine: DockerEngine, conditions: Mapping[str, str], *, deadline: float
) -> None:
    """Wait for what compose would let the target wait for, by service: it starts without them."""
    for service, condition in conditions.items():
        if condition == "service_completed_successfully":
            await_completed(engine, service, deadline=max(JOB_DEADLINE, deadline))
        elif condition == "service_healthy":
            await_healthy(engine, service, lambda state: None, deadline=deadline)


def await_completed(engine: DockerEngine, service: str, *, deadline: float) -> None:
    """Return once a service that does one job has ended with exit status 0.

    Raises StartError, with the container's last lines, where it ends otherwise or not in time.
    """
    begun = time.monotonic()
    while time.monotonic() - begun < deadline:
        state = engine.state(service)
        if state.status in {"exited", "dead"}:
            if not state.exit_status:
                log_wait(LOG, f"the job {service}", time.monotonic() - begun, "")
                return
            raise StartError(
                f"{service}, which the target waits for, ended with exit status"
                f" {state.exit_status}\n{engine.logs(service)}"
            )
        time.sleep(0.05)
    raise StartError(
        f"{service}, which the target waits for, was not done within {deadline:g} s: where it takes"
        f" longer, configure start_deadline\n{engine.logs(service)}"
    )
