"""What runs inside Locust's processes: users that send the mix and keep windtunnel's records.

Locust reads this file by its path (`-f`). The master's option `--windtunnel-plan` reaches every
worker with Locust's own message, so a worker needs to know nothing but its master.
"""

import itertools
import time
from argparse import ArgumentParser
from pathlib import Path
from random import Random
from typing import Any, cast

import gevent
import msgspec
import numpy as np
from locust import FastHttpUser, events, task
from locust.contrib.fasthttp import LocustBadStatusCode
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import MasterRunner, WorkerRunner

from windtunnel.load.connection_errors import failure_of
from windtunnel.load.encoding import Encoded
from windtunnel.load.generator_saturation import busy_seconds
from windtunnel.load.http1_connection import NAN
from windtunnel.load.locust import batches
from windtunnel.load.plan import LoadPlan
from windtunnel.load.recorder import PACK, LoadRecorder
from windtunnel.records.request_failure import RequestFailure

EVERY = 0.5
"""Seconds between two batches: what a killed worker takes with it at most."""
PROBE = 0.010
"""Seconds between two probes of how late the worker wakes."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def boot() -> str:
    """Return what names this machine's clock: two processes that share it share the clock."""
    return _BOOT.read_text().strip() if _BOOT.exists() else ""


class Work:
    """What one worker does: its users' common plan, start and records."""

    def __init__(self, plan: LoadPlan, worker: int) -> None:
        self.plan = plan
        self.worker = worker
        self.recorder = LoadRecorder()
        self.began = time.monotonic()
        self.until = self.began + plan.stretch
        self.users = itertools.count()
        self.running = 0
        self._busy = busy_seconds()
        self._lags: list[float] = []

    def probe(self) -> None:
        """Measure how late this process wakes, until killed."""
        while True:
            due = time.monotonic() + PROBE
            gevent.sleep(PROBE)
            self._lags.append(time.monotonic() - due)

    def message(self, *, final: bool) -> dict[str, Any]:
        """Return the batch of what was recorded since the last."""
        now = time.monotonic()
        return {
            "rows": self.recorder.drain(),
            "began": self.began,
            "sent": now,
            "boot": boot(),
            "busy": min(1.0, (busy_seconds() - self._busy) / max(1e-9, now - self.began)),
            "lag": float(np.quantile(self._lags, 0.99)) if self._lags else 0.0,
            "longest": max(self._lags, default=0.0),
            "final": final,
        }


class MixUser(FastHttpUser):
    """One connection: sends what is due on it, then stops."""

    concurrency = 1
    work: Work

    @task
    def run_to_the_end(self) -> None:
        """Send requests for as long as the plan says."""
        work = self.work
        plan = work.plan
        number = next(work.users)
        connection = work.worker * 65_536 + number
        order = plan.mix.order(
            plan.destination.host_header,
            plan.seed * 257 + connection,
            keep_alive=plan.keep_alive,
            # How many users each worker gets is Locust's to say: numbers are unique, with gaps.
            part=connection,
            parts=2**32,
        )
        work.running += 1
        try:
            if plan.arrivals is None:
                while time.monotonic() < work.until:
                    self._send(next(order), time.monotonic(), connection, 0)
            else:
                self._keep_pace(order, connection)
        finally:
            work.running -= 1
        raise StopUser

    def _keep_pace(self, order: Any, connection: int) -> None:  # noqa: ANN401 - the mix's iterator
        """Send this user's share of the rate; what it is late for counts from when it was due."""
        work = self.work
        plan = work.plan
        assert plan.arrivals is not None  # noqa: S101 - the one caller has looked
        gap = plan.connections / plan.arrivals.segments[0].first
        random = Random(f"{plan.seed} {connection}")  # noqa: S311 - replayable, not secret
        due = work.began + random.random() * gap
        while due < work.until:
            item = next(order)
            now = time.monotonic()
            if now < due:
                gevent.sleep(due - now)
            if now >= due + item.timeout:
                failure = RequestFailure.NOT_SENT
                row = PACK(due, NAN, NAN, now, connection, 0, item.index, failure, 1)
                work.recorder.write(row)
            else:
                self._send(item, due, connection, int(now > due))
            due += random.expovariate(1 / gap) if plan.arrivals.poisson else gap

    def _send(self, item: Encoded, intended: float, connection: int, queued: int) -> None:
        request = self.work.plan.mix.requests[item.index]
        started = time.monotonic()
        status, failure = 0, RequestFailure.TIMED_OUT
        # Locust's client takes one value a name: several are one list (RFC 9110, 5.3).
        headers: dict[str, str] = {}
        for name, value in item.prepared.headers:
            if name.lower() != "content-length":
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
        if not self.work.plan.keep_alive:
            headers["Connection"] = "close"
        remaining = gevent.Timeout(max(0.001, intended + item.timeout - started))
        try:
            with (
                remaining,
                self.client.request(
                    request.method,
                    item.path,
                    name=request.label,
                    data=cast("Any", item.body or None),
                    headers=headers,
                    allow_redirects=False,
                    catch_response=True,
                ) as answer,
            ):
                # An answer that was cut off has a status too, and the error beside it.
                error = answer.request_meta["exception"]
                is_cut = error is not None and not isinstance(error, LocustBadStatusCode)
                status = 0 if is_cut else answer.status_code or 0
                failure = RequestFailure(item.verdicts[status]) if status else _reason(error)
                if failure is RequestFailure.NONE:
                    answer.success()
                else:
                    answer.failure(failure.text)
        except gevent.Timeout as timeout:
            if timeout is not remaining:
                raise
            # Its answer may come yet: the connection serves no other request.
            self.client.client.clientpool.close()
        now = time.monotonic()
        index = item.index
        self.work.recorder.write(
            PACK(intended, started, NAN, now, connection, status, index, failure, queued)
        )


def _reason(error: Exception | None) -> RequestFailure:
    if isinstance(error, TimeoutError):
        return RequestFailure.TIMED_OUT
    if isinstance(error, OSError):
        return failure_of(error)
    return RequestFailure.CLOSED


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--windtunnel-plan", default="")
    parser.add_argument("--windtunnel-output", default="")


def _start(environment: Environment, **_: object) -> None:
    runner = environment.runner
    if isinstance(runner, MasterRunner):
        gevent.spawn(_lead, environment, runner)
    elif isinstance(runner, WorkerRunner):
        environment.events.test_start.add_listener(lambda **_: _follow(environment, runner))


def _follow(environment: Environment, runner: WorkerRunner) -> None:
    """Take the plan that came with the master's word, and report until the users are done."""
    plan = msgspec.json.decode(vars(environment.parsed_options)["windtunnel_plan"], type=LoadPlan)
    work = MixUser.work = Work(plan, runner.worker_index)
    probe = gevent.spawn(work.probe)

    def report() -> None:
        gevent.sleep(EVERY)
        while work.running or time.monotonic() < work.until:
            runner.send_message("windtunnel", work.message(final=False))
            gevent.sleep(EVERY)
        probe.kill()
        runner.send_message("windtunnel", work.message(final=True))

    gevent.spawn(report)


def _lead(environment: Environment, runner: MasterRunner) -> None:
    """Write down the workers' batches, and end when all that still live have sent their last."""
    output = Path(vars(environment.parsed_options)["windtunnel_output"])
    own = boot()
    finished: set[str] = set()

    def take(environment: Environment, msg: Any, **_: object) -> None:  # noqa: ANN401
        data = msg.data
        same = data.pop("boot") == own != ""
        batch = batches.Batch(
            worker=msg.node_id, received=time.monotonic(), same_clock=same, **data
        )
        batches.write(output, batch)
        if batch.final:
            finished.add(batch.worker)

    runner.register_message("windtunnel", take)
    while True:
        gevent.sleep(0.1)
        live = {client.id for client in (*runner.clients.running, *runner.clients.spawning)}
        if finished and live <= finished:
            runner.quit()
            return


events.init_command_line_parser.add_listener(_add_options)
events.init.add_listener(_start)
