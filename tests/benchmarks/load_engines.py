"""Our load engine beside wrk, oha and hey: one nginx, interleaved rounds, medians and ratios.

    apt-get install nginx-light wrk hey        # oha, where it is installed, is measured too
    .venv/bin/python tests/benchmarks/load_engines.py --rounds 5 --seconds 3

Each round runs every engine once, in an order drawn from the seed, with one sending thread and 32
connections. Ratios are made within a round and their median taken: what slows the machine for a
while slows all alike.
"""

import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

CONNECTIONS = 32
_CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "hello world"; }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one engine said of one stretch, and what it cost."""

    rate: float
    p50: float
    p99: float
    cpu: float
    """Seconds of processor time a million requests."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One load generator: its command, and how its output is read."""

    program: str
    command: Callable[[str, int], list[str]]
    read: Callable[[str], tuple[float, float, float]]
    """Gives requests a second, p50 and p99 in seconds."""


def _windtunnel(text: str) -> tuple[float, float, float]:
    report = json.loads(text)
    latency = report["latency_seconds"]
    return report["requests_per_second"], latency["p50"], latency["p99"]


def _wrk(text: str) -> tuple[float, float, float]:
    units = {"us": 1e-6, "ms": 1e-3, "s": 1.0}

    def time_of(share: str) -> float:
        number, unit = _found(rf"{share}%\s+([\d.]+)(us|ms|s)\b", text)
        return float(number) * units[unit]

    return float(_found(r"Requests/sec:\s+([\d.]+)", text)[0]), time_of("50"), time_of("99")


def _hey(text: str) -> tuple[float, float, float]:
    rate = float(_found(r"Requests/sec:\s+([\d.]+)", text)[0])
    p50, p99 = (float(_found(rf"{s}%+ in ([\d.]+) secs", text)[0]) for s in ("50", "99"))
    return rate, p50, p99


def _oha(text: str) -> tuple[float, float, float]:
    report = json.loads(text)
    percentiles = report["latencyPercentiles"]
    return report["summary"]["requestsPerSec"], percentiles["p50"], percentiles["p99"]


def _found(pattern: str, text: str) -> tuple[str, ...]:
    match = re.search(pattern, text)
    if match is None:
        raise click.ClickException(f"expected {pattern!r} in an engine's output, found:\n{text}")
    return tuple(str(group) for group in match.groups())


ENGINES = {
    "windtunnel": Engine(
        str(Path(sys.executable).with_name("windtunnel")),
        lambda url, s: ["load", url, "-c", f"{CONNECTIONS}", "-d", f"{s}s", "--json"],
        _windtunnel,
    ),
    "wrk": Engine(
        "wrk",
        lambda url, s: ["-t1", f"-c{CONNECTIONS}", f"-d{s}s", "--latency", url],
        _wrk,
    ),
    "oha": Engine(
        "oha",
        lambda url, s: ["--no-tui", "-j", "-c", f"{CONNECTIONS}", "-z", f"{s}s", url],
        _oha,
    ),
    "hey": Engine(
        "hey",
        lambda url, s: ["-cpus", "1", "-c", f"{CONNECTIONS}", "-z", f"{s}s", url],
        _hey,
    ),
}


@contextmanager
def _nginx() -> Iterator[str]:
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        raise click.ClickException("nginx: expected it on PATH: apt-get install nginx-light")
    with tempfile.TemporaryDirectory(prefix="windtunnel-benchmark-") as folder:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            port = held.getsockname()[1]
        configuration = Path(folder, "nginx.conf")
        configuration.write_text(_CONFIGURATION.format(folder=folder, port=port))
        server = subprocess.Popen([program, "-c", str(configuration)], stderr=subprocess.DEVNULL)
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _measure(engine: Engine, url: str, seconds: int) -> Measured:
    before = os.times()
    done = subprocess.run(
        [engine.program, *engine.command(url, seconds)], capture_output=True, text=True, check=True
    )
    after = os.times()
    rate, p50, p99 = engine.read(done.stdout)
    spent = (
        after.children_user - before.children_user + after.children_system - before.children_system
    )
    return Measured(rate, p50, p99, spent / (rate * seconds) * 1e6)


@click.command()
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 50))
@click.option("--seconds", default=3, show_default=True, type=click.IntRange(1, 30))
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--json", "file", type=click.Path(path_type=Path), help="Write every round's figures."
)
def load_engines(rounds: int, seconds: int, seed: int, file: Path | None) -> None:
    """Measure every load generator that is installed, side by side."""
    order = [name for name, engine in ENGINES.items() if shutil.which(engine.program)]
    missing = [name for name in ENGINES if name not in order]
    if missing:
        click.echo(f"not installed, so left out: {', '.join(missing)}", err=True)
    rows: list[dict[str, Measured]] = []
    shuffle = random.Random(seed)  # noqa: S311 - replayable, not secret
    with _nginx() as url:
        for number in range(rounds + 1):
            shuffle.shuffle(order)
            row = {name: _measure(ENGINES[name], url, seconds) for name in order}
            if number:  # the first warms up server and machine
                rows.append(row)
                rates = ", ".join(f"{name} {row[name].rate:.0f}" for name in sorted(order))
                click.echo(f"round {number}: {rates} requests/s", err=True)
    _print(rows, [name for name in ENGINES if name in order], rounds, seconds)
    if file is not None:
        named = [
            {name: {f: getattr(m, f) for f in Measured.__slots__} for name, m in row.items()}
            for row in rows
        ]
        file.write_text(json.dumps({"seconds": seconds, "seed": seed, "rounds": named}, indent=1))


def _print(rows: list[dict[str, Measured]], names: list[str], rounds: int, seconds: int) -> None:
    click.echo(f"{CONNECTIONS} connections, medians of {rounds} rounds of {seconds} s")
    heads = ("requests/s", "to wrk", "p50 µs", "p99 µs", "CPU µs each")
    click.echo(f"{'engine':<12}" + "".join(f"{head:>12}" for head in heads))
    for name in names:
        own = [row[name] for row in rows]
        ratio = "-"
        if "wrk" in names:
            ratio = f"{statistics.median(r[name].rate / r['wrk'].rate for r in rows):.2f}"
        click.echo(
            f"{name:<12}{statistics.median(m.rate for m in own):>12.0f}{ratio:>12}"
            f"{statistics.median(m.p50 for m in own) * 1e6:>12.0f}"
            f"{statistics.median(m.p99 for m in own) * 1e6:>12.0f}"
            f"{statistics.median(m.cpu for m in own):>12.2f}"
        )


if __name__ == "__main__":
    load_engines()
