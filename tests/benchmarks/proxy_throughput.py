"""Our proxy against the real toxiproxy-server, side by side: requests a second, and added time.

Run it as `python -m tests.benchmarks.proxy_throughput [--rounds 5] [--seconds 2] [--json FILE]`. It
needs nginx, wrk and toxiproxy-server on PATH (or WINDTUNNEL_TOXIPROXY).

In each round every way is measured once, in an order drawn anew, so that what else the machine does
falls on all of them; ways are compared round by round, and the ratio's range over the rounds is
shown beside its median. Everything is on loopback, and all programs share the machine's cores.
"""

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from tests.contracts.proxy.servers import OURS, THEIRS, Server, connect, free_port

NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "ok"; }} }}
}}
"""
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of wrk."""

    rate: float
    """Requests a second."""
    half: float
    """The median's seconds."""
    slow: float
    """The 99th percentile's seconds."""
    work: float
    """The proxy's processor seconds a request, which other programs change the least."""


@contextmanager
def nginx() -> Iterator[tuple[int, int]]:
    """Give the port and the process of an nginx that answers every request at once."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "nginx.conf")
        config.write_text(NGINX.format(folder=folder, port=port))
        program = subprocess.Popen(["nginx", "-c", str(config), "-e", f"{folder}/error.log"])
        try:
            deadline = time.monotonic() + 10
            while True:
                try:
                    connect(port).close()
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.01)
                else:
                    break
            yield port, program.pid
        finally:
            program.terminate()
            program.wait()


@dataclass(frozen=True, slots=True)
class Way:
    """A port to load, and the process that is in between."""

    port: int
    process: psutil.Process


def work(process: psutil.Process) -> float:
    """Return the processor seconds that a process has used, its threads' included."""
    times = process.cpu_times()
    return float(times.user + times.system)


def wrk(way: Way, connections: int, seconds: float) -> Sample:
    """Load one port."""
    before = work(way.process)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency"]
    text = subprocess.run(
        [*command, f"http://127.0.0.1:{way.port}/"], check=True, capture_output=True, text=True
    ).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"the load failed:\n{text}")
    times = {
        mark: float(value) * UNITS[unit]
        for mark, value, unit in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", text)
    }
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None:
        raise SystemExit(f"wrk said nothing of requests a second:\n{text}")
    rate = float(found[1])
    used = (work(way.process) - before) / (rate * seconds)
    return Sample(rate, times["50"], times["99"], used)


def ways(held: ExitStack, upstream: tuple[int, int]) -> dict[str, Way]:
    """Start both servers, and return each way."""
    port, pid = upstream
    found = {"direct": Way(port, psutil.Process(pid))}
    servers = {kind: Server(kind) for kind in (OURS, THEIRS)}
    for kind, server in servers.items():
        held.callback(server.close)
        process = psutil.Process(server.process.pid)
        found[kind] = Way(server.proxy(port, name="plain"), process)
        found[f"{kind}, 1 ms"] = Way(server.proxy(port, name="p"), process)
        server.toxic("latency", latency=1)
    recording = servers[OURS].proxy(port, "http", protocol="http")
    found[f"{OURS}, recording HTTP"] = Way(recording, psutil.Process(servers[OURS].process.pid))
    return found


def compared(samples: dict[str, list[Sample]], way: str, other: str) -> tuple[float, float, float]:
    """Return the median, least and greatest ratio of two ways' rates, round by round."""
    ratios = [a.rate / b.rate for a, b in zip(samples[way], samples[other], strict=True)]
    return statistics.median(ratios), min(ratios), max(ratios)


def show(samples: dict[str, list[Sample]], connections: int) -> None:
    """Print a table."""
    print(f"\n{connections} connection{'s' * (connections > 1)}")
    print(f"  {'way':24}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'its µs/request':>16}")
    for way, found in samples.items():
        rate, half, slow, used = (
            statistics.median(getattr(each, name) for each in found)
            for name in ("rate", "half", "slow", "work")
        )
        times = f"{half * 1e3:10.3f}{slow * 1e3:10.3f}{used * 1e6:16.1f}"
        print(f"  {way:24}{rate:12,.0f}{times}")
    for way, other in (
        (OURS, THEIRS),
        (f"{OURS}, recording HTTP", THEIRS),
        (f"{OURS}, 1 ms", f"{THEIRS}, 1 ms"),
    ):
        median, least, most = compared(samples, way, other)
        print(f"  {way} / {other}: {median:.2f} (over the rounds {least:.2f} to {most:.2f})")


def main() -> int:
    """Measure and print; exit status 1 where a program is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each run of wrk")
    parser.add_argument("--seed", type=int, default=0, help="of the order in each round")
    parser.add_argument("--json", type=Path, help="a file for every sample")
    arguments = parser.parse_args()
    toxiproxy = os.environ.get("WINDTUNNEL_TOXIPROXY") or "toxiproxy-server"
    missing = [name for name in ("nginx", "wrk", toxiproxy) if shutil.which(name) is None]
    if missing:
        sys.stderr.write(f"not on PATH: {', '.join(missing)}\n")
        return 1
    order = random.Random(arguments.seed)  # noqa: S311 - replayable, not secret
    results: dict[int, dict[str, list[Sample]]] = {}
    with ExitStack() as held:
        ports = ways(held, held.enter_context(nginx()))
        for connections in (32, 1):
            results[connections] = {way: [] for way in ports}
            for _ in range(arguments.rounds):
                for way in order.sample(list(ports), len(ports)):
                    sample = wrk(ports[way], connections, arguments.seconds)
                    results[connections][way].append(sample)
            show(results[connections], connections)
    if arguments.json:
        content = {
            connections: {way: [asdict(each) for each in found] for way, found in samples.items()}
            for connections, samples in results.items()
        }
        arguments.json.write_text(json.dumps(content, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
