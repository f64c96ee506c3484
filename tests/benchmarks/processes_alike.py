"""How much processes of the same code differ, for as long as they live.

`python -m tests.benchmarks.processes_alike [--processes 10] [--seconds 25]`, from the repository's
root. It starts the sample target several times, asks all of them in turn, in an order drawn anew
each time, and prints how far their medians and their CPU time a request lie apart: the standard
deviation, and how much of it is noise, found from the two halves of the run. Two arms of a
comparison differ by the square root of two times as much.
"""

import argparse
import os
import random
import statistics
import time
from contextlib import ExitStack
from math import log, sqrt
from pathlib import Path

from windtunnel.load.loop_thread import LoopThread
from windtunnel.machine.process_tree import ProcessTree
from windtunnel.paired.rounds import RunningArm
from windtunnel.session import Session

WARM_UP = 3.0
"""Seconds."""


async def ask(
    lanes: list[RunningArm],
    processes: list[ProcessTree],
    endpoint: str,
    until: float,
    drawn: random.Random,
) -> tuple[list[list[float]], list[float]]:
    """Return each one's response times, and its CPU seconds a request."""
    times: list[list[float]] = [[] for _ in lanes]
    before = [each.cpu_seconds() or 0.0 for each in processes]
    while time.monotonic() < until:
        for place in drawn.sample(range(len(lanes)), len(lanes)):
            response, _ = await lanes[place].callers[0].call(0, endpoint)
            times[place].append(response.duration)
    after = [each.cpu_seconds() or 0.0 for each in processes]
    used = [(b - a) / len(t) for a, b, t in zip(before, after, times, strict=True)]
    return times, used


async def close(lanes: list[RunningArm]) -> None:
    """Close all connections."""
    for lane in lanes:
        lane.close()


def apart(what: str, first: list[float], second: list[float]) -> str:
    """Return how far the processes lie apart, and how far one of them from itself."""
    halves = [[log(value / statistics.fmean(half)) for value in half] for half in (first, second)]
    means = [(a + b) / 2 for a, b in zip(*halves, strict=True)]
    itself = [(a - b) / 2 for a, b in zip(*halves, strict=True)]
    spread, noise = statistics.stdev(means), statistics.stdev(itself)
    own = sqrt(max(0.0, spread**2 - noise**2))
    return f"{what}: {spread:.2%} apart, {noise:.2%} of it noise; without the noise {own:.2%}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=25.0)
    parser.add_argument("--endpoint", default="/api/agents")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    session = Session(
        directory=Path.cwd(), configuration=None, backend="embedded", seed=options.seed
    )
    loop = LoopThread()
    drawn = random.Random(options.seed)  # noqa: S311 - replayable, not secret
    core = frozenset({min(os.sched_getaffinity(0))})
    try:
        with ExitStack() as held:
            stack = session.stack("processes alike", {}, lambda verdict: None)
            targets = [held.enter_context(stack.target()) for _ in range(options.processes)]
            processes = [ProcessTree(target.pid) for target in targets]
            lanes = [RunningArm(str(n), target.address, None) for n, target in enumerate(targets)]
            for each in processes:
                each.confine(core)
            halves = []
            for seconds in (WARM_UP, options.seconds / 2, options.seconds / 2):
                until = time.monotonic() + seconds
                halves.append(loop.run(ask(lanes, processes, options.endpoint, until, drawn)))
            print(f"load average {os.getloadavg()[0]:.1f}")
            medians = [[statistics.median(each) for each in times] for times, _ in halves[1:]]
            print(apart("median", *medians))
            print(apart("CPU a request", halves[1][1], halves[2][1]))
            loop.run(close(lanes))
    finally:
        loop.close()
        session.close()


if __name__ == "__main__":
    main()
