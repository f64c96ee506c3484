"""Kills windtunnel's commands at drawn moments, and looks for what is left of them.

    python -m tests.soak.kills --runs 200 --seed 1 --backends embedded,local,docker

Each run starts a command in a session of its own, with a temporary folder of its own and a mark in
its environment that all its processes inherit. At a moment drawn from the seed it gets a signal,
SIGKILL unless said. Then every process with the mark, every folder, object in shared memory,
container, network and work tree must go by itself. Prints a line for each run and the counts of
all; exit status 1 where anything was left, or a command had failed before its signal came: then
nothing was tried.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).parents[2]
MARK = "SOAK_OF_KILLS"
LONGEST = {"docker": 14.0}
"""Seconds after which the latest signal is sent, where not after 8: containers start longer."""
PATIENCE = 60.0
"""Seconds for everything to be gone."""

COMMANDS = {
    "pytest": ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/scenarios/test_breakers.py"),
    "up": ("-m", "windtunnel.cli", "up", "--port", "0"),
    "breaker": ("-m", "windtunnel.cli", "breaker", "--jobs", "2"),
    "compare": ("-m", "windtunnel.cli", "compare", "HEAD", "--same-python", "--budget", "10"),
    "breaking-point": (
        *("-m", "windtunnel.cli", "breaking-point", "latency", "catalog"),
        *("--criterion", "p99<250ms", "--budget", "20s"),
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What one run left, and how long the rest took to go."""

    name: str
    moment: float
    """Seconds from the command's start to the signal."""
    seconds: float
    """From the signal until nothing was left, or patience was over."""
    left: tuple[str, ...]
    ended: int | None
    """The exit status of a command that had ended by itself before: nothing was tried by it."""


def killed(name: str, backend: str, moment: float, number: signal.Signals) -> Found:
    """Start a command, send it the signal after `moment` seconds, and wait for its traces to go."""
    mark = f"{os.getpid()}-{time.monotonic_ns()}"
    before = set(_shared(backend))
    option = "--windtunnel-backend" if name == "pytest" else "--backend"
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        process = subprocess.Popen(
            [sys.executable, *COMMANDS[name], option, backend],
            cwd=ROOT,
            env={**os.environ, MARK: mark, "TMPDIR": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(moment)
        ended = process.poll()
        process.send_signal(number)
        sent = time.monotonic()
        process.wait()
        while left := [*_processes(mark), *_files(Path(folder)), *set(_shared(backend)) - before]:
            if time.monotonic() - sent > PATIENCE:
                break
            time.sleep(0.1)
        seconds = time.monotonic() - sent
        return Found(f"{name} on {backend}", moment, seconds, tuple(sorted(left)), ended)


def _processes(mark: str) -> Iterator[str]:
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                yield f"process {process.pid} {' '.join(process.cmdline())[:80]}"
        except psutil.Error:
            continue  # gone meanwhile


def _files(folder: Path) -> Iterator[str]:
    for each in folder.iterdir():
        yield f"in the temporary folder {each.name}"


def _shared(backend: str) -> Iterator[str]:
    """Yield what runs leave outside of their folders."""
    yield from (f"shared memory {each.name}" for each in Path("/dev/shm").iterdir())  # noqa: S108
    yield from _lines("work tree", "git", "worktree", "list", "--porcelain")
    if backend == "docker":
        label = ("--filter", "label=windtunnel.run")
        yield from _lines("container", "docker", "ps", "--all", "--quiet", *label)
        yield from _lines("network", "docker", "network", "ls", "--quiet", *label)


def _lines(what: str, *command: str) -> Iterator[str]:
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    yield from (f"{what} {line}" for line in found.stdout.splitlines() if line)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry the runs out one after another; return 1 where anything was left."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.kills", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--backends", default="embedded")
    parser.add_argument("--signal", default="SIGKILL", choices=["SIGKILL", "SIGTERM", "SIGHUP"])
    given = parser.parse_args(arguments)
    draw = random.Random(given.seed)  # noqa: S311 - replayable, not secret
    backends = given.backends.split(",")
    found: list[Found] = []
    for number in range(1, given.runs + 1):
        name, backend = draw.choice(sorted(COMMANDS)), draw.choice(backends)
        moment = draw.uniform(0, LONGEST.get(backend, 8.0))
        found.append(killed(name, backend, moment, signal.Signals[given.signal]))
        one = found[-1]
        left = "nothing left" if not one.left else f"LEFT {', '.join(one.left)}"
        if one.ended is not None:
            left += f" (it had ended by itself, with status {one.ended})"
        sys.stdout.write(
            f"{number}: {one.name} after {one.moment:.2f} s: {left}, {one.seconds:.1f} s\n"
        )
        sys.stdout.flush()
    counts = Counter(one.name for one in found)
    bad = Counter(one.name for one in found if one.left)
    early = Counter(one.name for one in found if one.ended is not None)
    failed = [one for one in found if one.ended]
    sys.stdout.write(
        f"{len(found)} times {given.signal}, seed {given.seed}: {sum(bad.values())} left something,"
        f" {sum(early.values())} had ended by themselves, {len(failed)} of them as failed;"
        f" until nothing was left: median {median(one.seconds for one in found):.1f} s, longest"
        f" {max(one.seconds for one in found):.1f} s\n"
    )
    for name, count in sorted(counts.items()):
        sys.stdout.write(
            f"  {name}: {count}, of which {bad[name]} left something, {early[name]} had ended\n"
        )
    return 1 if bad or failed else 0


if __name__ == "__main__":
    sys.exit(main())
