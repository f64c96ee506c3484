"""Which HTTP library should the target call its catalog with? Measured through the target.

`python -m tests.benchmarks.client_libraries`, with the optional dependencies `benchmark-clients`.

The same target runs once for each library, side by side on one catalog, without a fault proxy and
with caching off. In each round each target is loaded in turn, in an order drawn from the seed, so
that what slows the machine strikes all alike; ratios are taken within a round.
"""

import argparse
import importlib.util
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeVar

from tests.benchmarks.target_on import LIBRARIES, VARIABLE
from windtunnel.address import Address
from windtunnel.load.closed_loop import Caller, closed_loop
from windtunnel.load.loop_thread import LoopThread

ENDPOINT = "/api/agents"

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Measured:
    """One library in one round."""

    per_second: float
    mean: float
    """Seconds from a request's first byte to its answer's last."""


def main() -> int:
    """Measure, print a table, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.client_libraries")
    parser.add_argument("--rounds", type=_positive(int), default=9)
    parser.add_argument(
        "--seconds", type=_positive(float), default=2.0, help="of load, a library and round"
    )
    parser.add_argument("--connections", type=_positive(int), default=32)
    parser.add_argument("--seed", type=int, default=1, help="of the order within the rounds")
    arguments = parser.parse_args()
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"not installed: {', '.join(missing)}; try: pip install -e '.[benchmark-clients]'\n"
        )
        return 2
    chance = random.Random(arguments.seed)  # noqa: S311 - replayable, not secret
    rounds = measure(arguments.rounds, arguments.seconds, arguments.connections, chance)
    sys.stdout.write(
        f"{arguments.connections} connections, {ENDPOINT}, {arguments.rounds} rounds of"
        f" {arguments.seconds:g} s a library, seed {arguments.seed}; Python"
        f" {platform.python_version()}, {os.cpu_count()} cores; medians over the rounds (extremes)"
        f"\n{table(rounds)}\n"
    )
    return 0


def measure(
    rounds: int, seconds: float, connections: int, chance: random.Random
) -> list[dict[str, Measured]]:
    """Return what each round measured of each library; SystemExit where one answered wrongly."""
    with ExitStack() as stack:
        catalog = stack.enter_context(running("windtunnel_sample.catalog", {}))
        loop = LoopThread()
        stack.callback(loop.close)
        callers = {}
        for library in LIBRARIES:
            address = stack.enter_context(
                running("tests.benchmarks.target_on", variables(catalog, library))
            )
            callers[library] = [
                Caller(address, fallback_header="X-Fallback", timeout=10)
                for _ in range(connections)
            ]

        async def load(library: str, seconds: float) -> Measured:
            began = time.monotonic()
            paths = iter(lambda: ENDPOINT, "")
            responses = await closed_loop(callers[library], paths, until=began + seconds)
            took = time.monotonic() - began
            wrong = [each for each in responses if not each.succeeded or each.fallback]
            if wrong:
                sys.exit(
                    f"{library}: {len(wrong)} of {len(responses)} answers were none: {wrong[0]}"
                )
            mean = statistics.fmean(each.duration for each in responses)
            return Measured(len(responses) / took, mean)

        async def close() -> None:
            for each in (caller for several in callers.values() for caller in several):
                each.close()

        stack.callback(lambda: loop.run(close()))
        for library in LIBRARIES:
            loop.run(load(library, min(seconds, 1.0)))  # first calls compile and connect
        return [
            {
                library: loop.run(load(library, seconds))
                for library in chance.sample(LIBRARIES, len(LIBRARIES))
            }
            for _ in range(rounds)
        ]


def variables(catalog: Address, library: str) -> dict[str, str]:
    """Return a target's environment. Its Redis is not there: nothing that is loaded needs it."""
    return {
        VARIABLE: library,
        "CATALOG_URL": f"http://{catalog}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "CACHE_TTL": "0",
        "HTTP_REQUEST_TIMEOUT": "10",
    }


@contextmanager
def running(module: str, environment: dict[str, str]) -> Iterator[Address]:
    """Run a module of this project that serves, and give its address."""
    with subprocess.Popen(
        [sys.executable, "-m", module, "--port", "0"],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            line = program.stdout.readline()
            if not line:
                sys.exit(f"{module} ended with status {program.wait()} before it served")
            yield Address.parse(json.loads(line)["listening"])
        finally:
            program.terminate()


def table(rounds: list[dict[str, Measured]]) -> str:
    """Return the figures as text: a line a library, and its requests/s as a multiple of httpx's."""
    lines = [f"{'library':<18}{'requests/s':>24}{'mean, ms':>24}{'times httpx':>22}"]
    for library in LIBRARIES:
        own = [each[library] for each in rounds]
        ratios = [each[library].per_second / each[LIBRARIES[0]].per_second for each in rounds]
        lines.append(
            f"{library + ' ' + version(library):<18}"
            f"{_spread([each.per_second for each in own], 0):>24}"
            f"{_spread([each.mean * 1000 for each in own], 2):>24}"
            f"{_spread(ratios, 2):>22}"
        )
    return "\n".join(lines)


def _spread(values: list[float], digits: int) -> str:
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f}-{high:,.{digits}f})"


def _positive(kind: type[Number]) -> Callable[[str], Number]:
    def parse(text: str) -> Number:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"{text}: expected more than 0")
        return value

    return parse


if __name__ == "__main__":
    sys.exit(main())
