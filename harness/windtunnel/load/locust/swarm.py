"""Runs Locust's master and workers as subprocesses, and reads their records."""

import importlib.util
import math
import os
import secrets
import time
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import msgspec

from windtunnel.address import Address
from windtunnel.errors import BackendUnavailable, ConfigurationError, ControlError
from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.load.arrivals import MOST
from windtunnel.load.locust import batches
from windtunnel.load.plan import LoadPlan
from windtunnel.load.recorder import KEEP
from windtunnel.module_command import module_command
from windtunnel.ports import free_port
from windtunnel.records.load_run import LoadRun

MASTER = "master"
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
GRACE = 30.0
"""Seconds that start, hand-over and end of Locust may take beyond the load."""


def available() -> bool:
    """Whether Locust is installed."""
    return importlib.util.find_spec("locust") is not None


def swarm(
    plan: LoadPlan,
    workers: int,
    *,
    bind: Address | None = None,
    wait_for_workers: float = 60.0,
    ends_by: float = math.inf,
) -> LoadRun:
    """Return the run of `plan` by Locust.

    Its workers are started here; with `bind`, the master alone is, listening there, and waits
    `wait_for_workers` seconds for so many from other machines. A worker that dies is named in the
    run's `lost`. Raises ConfigurationError where Locust cannot follow the plan,
    BackendUnavailable where it is not installed, ControlError where it gave no records, and
    TimeoutError where it has not ended by `ends_by`, on the clock of `time.monotonic`.
    """
    _check(plan)
    _require()
    longest = max(request.timeout for request in plan.mix.requests)
    # The keeper ends Locust's processes within seconds, should this one be killed.
    with closing(KeeperClient(secrets.token_hex(4), lease=10.0)) as keeper:
        output = keeper.directory / "batches"
        address = bind or Address("127.0.0.1", free_port())
        limit = math.ceil(plan.stretch + longest + 5)
        master = [
            *("--master", "--headless", "--only-summary", "--exit-code-on-error", "0"),
            *("--master-bind-host", address.host, "--master-bind-port", f"{address.port}"),
            *("--expect-workers", f"{workers}"),
            *("--expect-workers-max-wait", f"{math.ceil(wait_for_workers)}"),
            *("--users", f"{plan.connections}", "--spawn-rate", f"{plan.connections}"),
            *("--run-time", f"{limit}s", "--stop-timeout", f"{math.ceil(longest)}"),
            *("--host", str(plan.destination), "--windtunnel-output", str(output)),
            *("--windtunnel-plan", msgspec.json.encode(plan).decode()),
        ]
        keeper.spawn(MASTER, _command(master), environment={})
        names = [] if bind else [f"worker-{number}" for number in range(1, workers + 1)]
        for name in names:
            keeper.spawn(name, _command(worker_arguments(address)), environment={})
        patience = min(wait_for_workers + limit + GRACE, ends_by - time.monotonic())
        if _ended(keeper, MASTER, patience) is None:
            if time.monotonic() >= ends_by:
                raise TimeoutError("Locust's master did not end before the time was over")
            raise ControlError(f"Locust's master did not end in time:\n{_tail(keeper)}")
        # One that still cleans up after its time has handed over what it had.
        statuses = tuple(_ended(keeper, name, 5.0) or 0 for name in names)
        found = batches.read(output)
        if not found:
            raise ControlError(f"Locust handed over no records:\n{_tail(keeper)}")
        return batches.load_run(plan, workers, found, batches.Ended(statuses))


def follow(master: Address) -> NoReturn:
    """Become a worker of the Locust master there, until that ends.

    This process is replaced, so that nothing is left of the worker when it is killed. Raises
    BackendUnavailable where Locust is not installed.
    """
    _require()
    command = _command(worker_arguments(master))
    os.execv(command[0], command)  # noqa: S606 - it is this Python again, without a shell


def worker_arguments(master: Address) -> list[str]:
    """Return Locust's options for a worker of that master."""
    return ["--worker", "--master-host", master.host, "--master-port", f"{master.port}"]


def _check(plan: LoadPlan) -> None:
    if plan.arrivals is not None:
        rates = {rate for each in plan.arrivals.segments for rate in (each.first, each.last)}
        if len(rates) > 1:
            raise ConfigurationError(
                f"engine locust: rate {plan.arrivals.text}: expected one rate, as Locust's users"
                " each keep a pace of their own; the engine windtunnel follows any schedule"
            )
    if not plan.destination.port:
        raise ConfigurationError("engine locust: expected a host, as Locust knows no unix sockets")
    if plan.most != MOST or plan.keep != KEEP:
        raise ConfigurationError(
            "engine locust: --requests, --keep: expected --duration alone, as Locust's users end by"
            " time and all their records are kept"
        )
    if plan.destination.http2:
        raise ConfigurationError("engine locust: --http2: Locust speaks HTTP/1.1 only")
    if plan.destination.authority:
        raise ConfigurationError("engine locust: --cacert: Locust accepts any certificate")


def _require() -> None:
    if not available():
        raise BackendUnavailable("the engine locust needs Locust: pip install 'windtunnel[locust]'")


def _command(arguments: list[str]) -> list[str]:
    return list(module_command("locust", "-f", str(LOCUSTFILE), *arguments))


def _ended(keeper: KeeperClient, name: str, seconds: float) -> int | None:
    """Return the program's exit status; None where it still runs after so many seconds."""
    deadline = time.monotonic() + seconds
    while (answer := keeper.status(name)).running:
        if time.monotonic() > deadline:
            return None
        time.sleep(0.1)
    return answer.exit_status


def _tail(keeper: KeeperClient) -> str:
    return "\n".join(keeper.log(MASTER).read_text(errors="replace").splitlines()[-12:])
