"""One process of the load engine: runs its part of a plan and sends back the records."""

import asyncio
import contextlib
import gc
import pickle
import signal
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from windtunnel.errors import WindtunnelError
from windtunnel.event_loop import new_event_loop
from windtunnel.load.engine import LoadEngine
from windtunnel.load.plan import LoadPlan

EVERY = 0.5
"""Seconds between two reports of progress."""
LATEST = 2000
"""The most recent requests that a report summarises: more would delay the load."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker can start."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a worker is."""

    requests: int
    errors: int
    """Among the latest requests."""
    latest: int
    """How many the latest are."""
    median: float
    """Of the latest requests' latencies (the upper of two), in seconds; NaN before the first."""


@dataclass(frozen=True, slots=True)
class Results:
    """The run without its columns, which follow as `columns` messages of bytes."""

    pickled: bytes
    columns: int


Message = Ready | Progress | Results | WindtunnelError


def work(plan: LoadPlan, pipe: "Connection[Message, float | None]") -> None:
    """Run the plan's part. The pipe brings the start time, and None to stop early."""
    # A terminal sends Ctrl-C to every process; the parent decides, and keeps the results so far.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _run(_work(plan, pipe))
    except WindtunnelError as error:
        pipe.send(error)
    except (BrokenPipeError, EOFError):
        pass  # the parent has ended
    finally:
        pipe.close()


async def _work(plan: LoadPlan, pipe: "Connection[Message, float | None]") -> None:
    engine = LoadEngine(plan)
    pipe.send(Ready())
    start = await asyncio.to_thread(pipe.recv)
    if start is None:
        return
    # Imported objects stay: garbage collection need not scan them again.
    gc.freeze()
    loop = asyncio.get_running_loop()

    def listen() -> None:
        # A message, or the end of the parent: both mean stop.
        with contextlib.suppress(OSError, EOFError):
            pipe.recv()
        with contextlib.suppress(RuntimeError):  # the loop may have ended by itself
            loop.call_soon_threadsafe(engine.stop)

    # A thread, because an event loop's reader would make the pipe's writes give up when it is full.
    threading.Thread(target=listen, daemon=True).start()
    reports = loop.create_task(_report(engine, pipe))
    try:
        run = await engine.run(start)
    finally:
        reports.cancel()
    columns: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(run, protocol=5, buffer_callback=columns.append)
    pipe.send(Results(pickled, len(columns)))
    for column in columns:
        pipe.send_bytes(column.raw())


async def _report(engine: LoadEngine, pipe: "Connection[Message, float | None]") -> None:
    while True:
        await asyncio.sleep(EVERY)
        rows = engine.recorder.latest(LATEST)
        latencies = rows["ended"] - rows["intended"]
        try:
            pipe.send(
                Progress(
                    requests=len(engine.recorder),
                    errors=int(np.count_nonzero(rows["failure"])),
                    latest=len(rows),
                    median=_median(latencies),
                )
            )
        except BrokenPipeError:
            engine.stop()
            return


def _median(latencies: NDArray[np.float64]) -> float:
    if not len(latencies):
        return float("nan")
    # Not numpy's own: its first call imports for some ten milliseconds, and requests would wait.
    middle = len(latencies) // 2
    return float(np.partition(latencies, middle)[middle])


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(coroutine)
