"""Runs Locust's master and workers as subprocesses, and reads their records."""

import importlib.util
import math
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from harness.address import Address
from harness.errors import BackendUnavailable, ConfigurationError, ControlError
from harness.load.locust import batches
from harness.load.plan import Plan
from harness.records.load_run import LoadRun

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
GRACE = 30.0
"""Seconds that start, hand-over and end of Locust may take beyond the load."""


def available() -> bool:
    """Whether Locust is installed."""
    return importlib.util.find_spec("locust") is not None


def swarm(
    plan: Plan, workers: int, *, bind: Address | None = None, wait_for_workers: float = 60.0
) -> LoadRun:
    """Return the run of `plan` by Locust.

    Its workers are started here; with `bind`, the master alone is, listening there, and waits
    `wait_for_workers` seconds for so many from other machines. A worker that dies is named in the
    run's `lost`. Raises ConfigurationError where Locust cannot follow the plan,
    BackendUnavailable where it is not installed, and ControlError where it gave no records.
    """
    _check(plan)
    _require()
    longest = max(request.timeout for request in plan.mix.requests)
    with tempfile.TemporaryDirectory(prefix="windtunnel-locust-") as folder:
        output, log = Path(folder, "batches"), Path(folder, "log")
        address = bind or Address("127.0.0.1", _free_port())
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
        worker = worker_arguments(address)
        commands = [master, *([] if bind else [worker] * workers)]
        deadline = time.monotonic() + wait_for_workers + limit + GRACE
        with _programs(commands, log) as programs:
            try:
                programs[0].wait(timeout=deadline - time.monotonic())
            except subprocess.TimeoutExpired:
                raise ControlError(f"Locust's master did not end in time:\n{_tail(log)}") from None
            statuses = tuple(_status(program) for program in programs[1:])
        found = batches.read(output)
        if not found:
            raise ControlError(f"Locust handed over no records:\n{_tail(log)}")
        return batches.load_run(plan, workers, found, batches.Ended(statuses))


def follow(master: Address) -> int:
    """Be a worker of the Locust master there until it ends; return Locust's exit status."""
    _require()
    return subprocess.run(_command(worker_arguments(master)), check=False).returncode


def worker_arguments(master: Address) -> list[str]:
    """Return Locust's options for a worker of that master."""
    return ["--worker", "--master-host", master.host, "--master-port", f"{master.port}"]


def _check(plan: Plan) -> None:
    if plan.arrivals is not None:
        rates = {rate for each in plan.arrivals.segments for rate in (each.first, each.last)}
        if len(rates) > 1:
            raise ConfigurationError(
                f"engine locust: rate {plan.arrivals.text}: expected one rate, as Locust's users"
                " each keep a pace of their own; the engine windtunnel follows any schedule"
            )
    if not plan.destination.port:
        raise ConfigurationError("engine locust: expected a host, as Locust knows no unix sockets")
    if plan.destination.authority:
        raise ConfigurationError("engine locust: --cacert: Locust accepts any certificate")


def _require() -> None:
    if not available():
        raise BackendUnavailable("the engine locust needs Locust: pip install 'windtunnel[locust]'")


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *arguments]


@contextmanager
def _programs(commands: list[list[str]], log: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    programs: list[subprocess.Popen[bytes]] = []
    # One by one, so that those that started are stopped where one cannot.
    with log.open("wb") as file:
        try:
            for arguments in commands:
                program = subprocess.Popen(
                    _command(arguments),
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                )
                programs.append(program)
            yield programs
        finally:
            for program in programs:
                _stop(program)


def _stop(program: subprocess.Popen[bytes]) -> None:
    try:
        program.wait(timeout=1.0)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def _status(program: subprocess.Popen[bytes]) -> int:
    try:
        return program.wait(timeout=5.0)
    except subprocess.TimeoutExpired:
        return 0  # still cleaning up; it has handed over what it had


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-12:])


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
