"""Our load engine beside wrk, oha, k6 and Locust, against the targets that it was built for.

    apt-get install nginx-light wrk
    .venv/bin/python -m tests.benchmarks.load --install     # once: oha takes minutes to compile
    .venv/bin/python -m tests.benchmarks.load [--part throughput] [--rounds 5] [--json FILE]

One nginx runs on one core, and one load generator at a time on another. Each round runs every one
once, in an order drawn from the seed. Ratios are made within a round and their median taken: what
slows the machine for a while slows all alike. Exit status 1 where a target is missed.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from operator import le
from pathlib import Path

import click

from tests.benchmarks.load_peers import CONNECTIONS, FILES, PEERS, Peer, Said, found, install
from tests.benchmarks.load_server import farther, nginx, pinned

OURS = "windtunnel"
TARGETS = {"wrk": 0.9, "oha": 1.0, "k6": 3.0, "locust": 10.0}
"""How many times each one's throughput ours shall be at least."""
RATE = 2000
"""Requests a second in the part "latency": far below what either can send."""
FAR = 10
"""Milliseconds between the load and the server, in the second half of that part."""
NEAR = 0.05
"""How far ours may be from oha's latencies, as a share."""
BYTES = 100
"""Of memory, for each request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table."""

    part: str
    what: str
    found: float
    lowest: float
    highest: float
    target: str
    passed: bool | None
    """None where nothing is asked of it."""

    def __str__(self) -> str:
        verdict = {True: "PASS", False: "FAIL", None: ""}[self.passed]
        numbers = f"{self.found:>10.2f} {self.lowest:>9.2f} .. {self.highest:<9.2f}"
        return f"{self.part:<11} {self.what:<36} {numbers} {self.target:<18} {verdict}"


def _line(
    part: str,
    what: str,
    values: Sequence[float],
    target: str,
    passes: Callable[[float], bool] | None,
) -> Line:
    middle = statistics.median(values)
    return Line(
        part=part,
        what=what,
        found=middle,
        lowest=min(values),
        highest=max(values),
        target=target,
        passed=None if passes is None else passes(middle),
    )


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and how everything is run."""

    url: str
    core: int | None
    folder: Path
    rounds: int
    seconds: int
    random: random.Random
    peers: Sequence[str]
    """What is measured; ours is among them."""

    def run(self, command: list[str]) -> str:
        """Return what a command printed, run on the load generators' core."""
        done = subprocess.run(
            [*pinned(self.core), *command],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
        )
        if done.returncode:
            raise click.ClickException(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def ask(self, peer: Peer, seconds: int, *more: str) -> tuple[Said, float]:
        """Return what a load generator said of a stretch, and its processor time in seconds."""
        before = os.times()
        text = self.run([found(peer) or peer.program, *peer.arguments(self.url, seconds), *more])
        after = os.times()
        spent = after.children_user - before.children_user
        return peer.read(text), spent + after.children_system - before.children_system


def throughput(bench: Bench) -> list[Line]:
    """Measure requests a second of all that are installed, and what each request costs."""
    names = [name for name in bench.peers if found(PEERS[name]) is not None]
    for name in [name for name in bench.peers if name not in names]:
        click.echo(f"{name} is not installed: left out", err=True)
    # A short stretch costs the start-up alone, which is no part of a request's cost.
    short = {name: bench.ask(PEERS[name], 1) for name in names}
    rates: list[dict[str, float]] = []
    costs: list[dict[str, float]] = []
    for number in range(1, bench.rounds + 1):
        rate, cost = {}, {}
        for name in bench.random.sample(names, len(names)):
            said, spent = bench.ask(PEERS[name], bench.seconds)
            if not said.requests:
                raise click.ClickException(f"{name} sent nothing in its time")
            more = said.requests - short[name][0].requests
            rate[name] = said.rate
            cost[name] = (spent - short[name][1]) / more * 1e6 if more > 0 else float("nan")
        rates.append(rate)
        costs.append(cost)
        click.echo(f"round {number}: " + ", ".join(f"{n} {rate[n]:.0f}/s" for n in names), err=True)
    lines = []
    for name in names:
        lines.append(_line("throughput", f"{name}, requests/s", [r[name] for r in rates], "", None))
        lines.append(
            _line("throughput", f"{name}, CPU µs/request", [c[name] for c in costs], "", None)
        )
    for name, least in TARGETS.items():
        if name in names:
            ratios = [rate[OURS] / rate[name] for rate in rates]
            lines.append(
                _line(
                    "throughput",
                    f"windtunnel / {name}",
                    ratios,
                    f">= {least:g}",
                    partial(le, least),
                )
            )
    return lines


def latency(bench: Bench) -> list[Line]:
    """Compare the quantiles at a fixed rate with oha's: of nginx, and of nginx 10 ms away.

    Ours count from when each request was due, oha's (--latency-correction) from when its own timer
    woke for it: on a machine where either has to wait for its core, ours are the longer. What a
    generator adds of its own counts for much where an answer takes a tenth of a millisecond.
    """
    if found(PEERS["oha"]) is None:
        raise click.ClickException("oha is not installed: --install installs it")
    lines = _fixed_rate(bench, "")
    with farther(bench.url, FAR) as url:
        lines += _fixed_rate(replace(bench, url=url), f" {FAR} ms away")
    return lines


def _fixed_rate(bench: Bench, where: str) -> list[Line]:
    ours, oha = PEERS[OURS], PEERS["oha"]
    pairs: list[tuple[Said, Said]] = []
    for _ in range(bench.rounds):
        both: dict[str, Said] = {}
        for name in bench.random.sample(["ours", "oha"], 2):
            if name == "ours":
                both[name], _ = bench.ask(ours, bench.seconds, "--rate", f"{RATE}")
            else:
                pace = ("-q", f"{RATE}", "--latency-correction")
                both[name], _ = bench.ask(oha, bench.seconds, *pace)
        pairs.append((both["ours"], both["oha"]))
    lines = []
    for name in ("p50", "p99"):
        for place, who in enumerate(("windtunnel", "oha")):
            values = [getattr(pair[place], name) * 1e6 for pair in pairs]
            lines.append(_line("latency", f"{who}, {name} in µs{where}", values, "", None))
        ratios = [getattr(mine, name) / getattr(theirs, name) for mine, theirs in pairs]
        lines.append(
            _line(
                *("latency", f"windtunnel / oha, {name}{where}", ratios, f"1 +- {NEAR:g}"),
                lambda ratio: abs(ratio - 1) <= NEAR,
            )
        )
    return lines


def memory(bench: Bench) -> list[Line]:
    """Measure how much more memory more requests take."""
    few, many = 20_000, 220_000
    program = [sys.executable, str(Path(__file__).with_name("load_memory.py"))]
    program += [PEERS[OURS].program, "load", bench.url, "-d", "60s", "--json", "-n"]
    peaks = [int(bench.run([*program, f"{count}"])) for count in (few, many)]
    each = [(peaks[1] - peaks[0]) / (many - few)]
    return [
        _line(
            "memory",
            "bytes a request, greatest process",
            each,
            f"< {BYTES}",
            lambda count: count < BYTES,
        )
    ]


def quantiles(bench: Bench) -> list[Line]:
    """Recompute the engine's quantiles from its records, with no code of its own."""
    program = [sys.executable, str(Path(__file__).with_name("load_quantiles.py")), bench.url]
    differing = [float(bench.run(program))]
    what = "quantiles that a recount gives otherwise"
    return [_line("quantiles", what, differing, "= 0", lambda count: count == 0)]


PARTS = {each.__name__: each for each in (throughput, latency, memory, quantiles)}


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(list(PARTS)), help="Only this.")
@click.option(
    "--peer",
    "peers",
    multiple=True,
    type=click.Choice([name for name in PEERS if name != OURS]),
    help="Only these, beside ours.",
)
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 50))
@click.option("--seconds", default=3, show_default=True, type=click.IntRange(2, 30))
@click.option("--seed", default=1, show_default=True)
@click.option("--install", "installs", is_flag=True, help="First install what is missing.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the table.")
def load(
    *,
    parts: tuple[str, ...],
    peers: tuple[str, ...],
    rounds: int,
    seconds: int,
    seed: int,
    installs: bool,
    file: Path | None,
) -> None:
    """Measure the load engine against its targets, and print one table."""
    if installs:
        install(list(PEERS))
    cores = sorted(os.sched_getaffinity(0))
    own, other = (cores[0], cores[1]) if len(cores) > 1 else (None, None)
    with nginx(own) as url, tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        shuffle = random.Random(seed)  # noqa: S311 - replayable, not secret
        measured = list(PEERS) if not peers else [OURS, *peers]
        bench = Bench(url, other, Path(folder), rounds, seconds, shuffle, measured)
        lines = [line for name in parts or PARTS for line in PARTS[name](bench)]
    click.echo(
        f"{CONNECTIONS} connections, nginx on core {own}, load on core {other}; medians of {rounds}"
        f" rounds of {seconds} s, with the lowest and the highest"
    )
    for line in lines:
        click.echo(f"{line}")
    if file is not None:
        file.write_text(json.dumps([asdict(line) for line in lines], indent=1), encoding="utf-8")
    sys.exit(any(line.passed is False for line in lines))


if __name__ == "__main__":
    load()
