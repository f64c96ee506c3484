"""Drives a plan by separate processes, so that the caller does not disturb the measurement."""

import math
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from windtunnel.errors import StartError, WindtunnelError
from windtunnel.load.plan import LoadPlan
from windtunnel.load.worker import Message, Progress, Ready, Results, work
from windtunnel.records.load_run import LoadRun

START = 30.0
"""Seconds within which every worker must be ready."""
LEAD = 0.05
"""Seconds between the start signal and the start, so that every worker receives it in time."""
GRACE = 30.0
"""Seconds after the last deadline within which a worker must have sent its results."""

OnProgress = Callable[[tuple[Progress, ...], float], None]
"""Takes each worker's latest report, and the seconds since the start."""


@dataclass(slots=True)
class _Worker:
    name: str
    process: BaseProcess
    pipe: "Connection[float | None, Message]"
    ready: bool = False
    progress: Progress = field(default=Progress(0, 0, 0, float("nan")))
    run: LoadRun | None = None
    lost: str = ""


def drive(
    plan: LoadPlan,
    processes: int = 1,
    on_progress: OnProgress = lambda reports, seconds: None,
    *,
    ends_by: float = math.inf,
) -> LoadRun:
    """Return the run of `plan` by so many processes, merged.

    A worker that dies is named in the run's `lost`, and the others' results are kept. Ctrl-C ends
    the run early with what there is. Raises StartError where no worker started or none survived,
    and TimeoutError where the last answer has not come by `ends_by`, on the clock of
    `time.monotonic`.
    """
    with _started(plan, processes) as workers:
        ready_by = min(time.monotonic() + START, ends_by)
        for _ in _messages(workers, ready_by, "its workers to be ready", ends_by):
            if all(worker.ready or worker.lost for worker in workers):
                break
        start = time.monotonic() + LEAD
        _send_all(workers, start)
        longest = max(request.timeout for request in plan.mix.requests)
        deadline = min(start + plan.stretch + longest + GRACE, ends_by)
        messages = _messages(workers, deadline, "its workers' results", ends_by)
        try:
            for _ in messages:
                on_progress(tuple(w.progress for w in workers), time.monotonic() - start)
        except KeyboardInterrupt:
            _send_all(workers, None)
            patience = min(time.monotonic() + longest + GRACE, ends_by)
            for _ in _messages(workers, patience, "the end", ends_by):
                pass
        runs = [worker.run for worker in workers if worker.run is not None]
        lost = tuple(worker.lost for worker in workers if worker.lost)
        if not runs:
            raise StartError(f"the load engine: {'; '.join(lost)}")
        return LoadRun.merged(runs, lost)


@contextmanager
def _started(plan: LoadPlan, processes: int) -> Iterator[list[_Worker]]:
    context = get_context("spawn")
    workers = []
    try:
        for part in plan.split(processes):
            ours, theirs = context.Pipe()
            name = f"load worker {part.part + 1} of {processes}"
            process = context.Process(target=work, args=(part, theirs), name=name, daemon=True)
            process.start()
            theirs.close()
            workers.append(_Worker(name, process, ours))
        yield workers
    finally:
        for worker in workers:
            worker.pipe.close()
            worker.process.join(timeout=1.0)
            if worker.process.exitcode is None:
                worker.process.kill()
                worker.process.join()
            worker.process.close()


def _messages(
    workers: list[_Worker], deadline: float, waited_for: str, ends_by: float
) -> Iterator[_Worker]:
    """Receive messages until every worker has ended; yield the worker of each message."""
    while True:
        open_ = {w.pipe: w for w in workers if not w.lost and w.run is None}
        if not open_:
            return
        ready = wait(list(open_), timeout=max(0.0, deadline - time.monotonic()))
        if time.monotonic() >= ends_by:
            raise TimeoutError(f"the load engine waited for {waited_for}: the time was over")
        if not ready:
            raise StartError(f"the load engine waited for {waited_for}: none came in time")
        for pipe in ready:
            worker = open_[pipe]  # type: ignore[index]  # wait() gives back what it was given
            _take(worker)
            yield worker


def _take(worker: _Worker) -> None:
    try:
        message = worker.pipe.recv()
        if isinstance(message, Results):
            columns = [worker.pipe.recv_bytes() for _ in range(message.columns)]
            worker.run = pickle.loads(message.pickled, buffers=columns)  # noqa: S301 - of our own
            return
    except (EOFError, OSError):
        worker.process.join(timeout=5.0)
        status = worker.process.exitcode
        worker.lost = f"{worker.name} ended with status {status} before its results came"
        return
    if isinstance(message, WindtunnelError):
        raise message
    if isinstance(message, Ready):
        worker.ready = True
    elif isinstance(message, Progress):
        worker.progress = message


def _send_all(workers: list[_Worker], signal: float | None) -> None:
    for worker in workers:
        if not worker.lost and worker.run is None:
            try:
                worker.pipe.send(signal)
            except (BrokenPipeError, ConnectionResetError):
                continue  # its end shows when it is read from
