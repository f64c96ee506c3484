"""The load generators that ours is measured beside: how each is run, read and installed."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

CONNECTIONS = 32
TOOLS = Path.home() / ".cache" / "windtunnel-benchmarks"
LOCUSTFILE = """
from locust import FastHttpUser, task
class User(FastHttpUser):
    concurrency = 1
    @task
    def get(self):
        self.client.get("/")
"""
K6_SCRIPT = "import http from 'k6/http'; export default function () { http.get(__ENV.URL); }"


@dataclass(frozen=True, slots=True)
class Said:
    """What a load generator said of one stretch."""

    requests: float
    rate: float
    """Requests a second."""
    p50: float
    """Seconds."""
    p99: float


FILES = {"locustfile.py": LOCUSTFILE, "k6.js": K6_SCRIPT}
"""What some find in the folder that they are run in."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One load generator: its program, its arguments for a URL and so many seconds, its output."""

    program: str
    arguments: Callable[[str, int], list[str]]
    read: Callable[[str], Said]
    install: tuple[str, ...] = ()
    """The command that installs it; "{tools}" is the folder for programs."""


def path() -> str:
    """Return where programs are looked for."""
    return os.pathsep.join([os.environ["PATH"], "/usr/sbin", str(TOOLS / "bin")])


def found(peer: Peer) -> str | None:
    """Return the peer's program, where it is installed."""
    return shutil.which(peer.program, path=path())


def install(names: list[str]) -> None:
    """Install what is missing, at low priority, as each project says; needs apt, cargo and go."""
    for name in names:
        peer = PEERS[name]
        if found(peer) is None and peer.install:
            command = [word.format(tools=TOOLS) for word in peer.install]
            click.echo(f"installing {name}: {' '.join(command)}", err=True)
            environment = {**os.environ, "GOBIN": str(TOOLS / "bin")}
            subprocess.run(["nice", *command], check=True, env=environment)


def _windtunnel(text: str) -> Said:
    report = json.loads(text)
    latency = report["latency_seconds"]
    return Said(report["requests"], report["requests_per_second"], latency["p50"], latency["p99"])


def _bare(text: str) -> Said:
    answers, rate = text.split()
    return Said(float(answers), float(rate), float("nan"), float("nan"))


def _wrk(text: str) -> Said:
    units = {"us": 1e-6, "ms": 1e-3, "s": 1.0}

    def time_of(share: str) -> float:
        number, unit = _match(rf"{share}%\s+([\d.]+)(us|ms|s)\b", text)
        return float(number) * units[unit]

    rate = float(_match(r"Requests/sec:\s+([\d.]+)", text)[0])
    requests = float(_match(r"(\d+) requests in", text)[0])
    return Said(requests, rate, time_of("50"), time_of("99"))


def _hey(text: str) -> Said:
    rate = float(_match(r"Requests/sec:\s+([\d.]+)", text)[0])
    p50, p99 = (float(_match(rf"{s}%+ in ([\d.]+) secs", text)[0]) for s in ("50", "99"))
    requests = float(_match(r"\[200\]\s+(\d+) responses", text)[0])
    return Said(requests, rate, p50, p99)


def _oha(text: str) -> Said:
    report = json.loads(text)
    shares = report["latencyPercentiles"]
    rate, seconds = report["summary"]["requestsPerSec"], report["summary"]["total"]
    return Said(rate * seconds, rate, shares["p50"], shares["p99"])


def _k6(text: str) -> Said:
    requests, rate = _match(r"http_reqs\S*\s+(\d+)\s+([\d.]+)/s", text)
    units = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
    line = r"http_req_duration\S*:.*?med=([\d.]+)(ns|µs|ms|s)\b.*?p\(99\)=([\d.]+)(ns|µs|ms|s)\b"
    p50, unit50, p99, unit99 = _match(line, text)
    return Said(
        float(requests), float(rate), float(p50) * units[unit50], float(p99) * units[unit99]
    )


def _locust(text: str) -> Said:
    entries = json.loads(text[text.index("[") :])
    if not entries:  # its time was over before its users had begun
        return Said(0, 0.0, float("nan"), float("nan"))
    [entry] = entries
    seconds = entry["last_request_timestamp"] - entry["start_time"]
    times = sorted((float(ms), count) for ms, count in entry["response_times"].items())

    def quantile(share: float) -> float:
        left = share * entry["num_requests"]
        for ms, count in times:
            left -= count
            if left <= 0:
                return ms / 1000
        return times[-1][0] / 1000

    requests = entry["num_requests"]
    return Said(requests, requests / seconds, quantile(0.5), quantile(0.99))


def _match(pattern: str, text: str) -> tuple[str, ...]:
    match = re.search(pattern, text)
    if match is None:
        raise click.ClickException(f"expected {pattern!r} in an engine's output, found:\n{text}")
    return tuple(str(group) for group in match.groups())


def _beside(name: str) -> str:
    return str(Path(__file__).with_name(name))


PEERS = {
    "windtunnel": Peer(
        str(Path(sys.executable).with_name("windtunnel")),
        lambda url, s: ["load", url, "-c", f"{CONNECTIONS}", "-d", f"{s}s", "--json"],
        _windtunnel,
    ),
    "bare": Peer(
        sys.executable,
        lambda url, s: [_beside("bare_engine.py"), url, f"{CONNECTIONS}", f"{s}"],
        _bare,
    ),
    "wrk": Peer(
        "wrk",
        lambda url, s: ["-t1", f"-c{CONNECTIONS}", f"-d{s}s", "--latency", url],
        _wrk,
        ("apt-get", "install", "--yes", "wrk"),
    ),
    "oha": Peer(
        "oha",
        lambda url, s: [
            *("--no-tui", "--output-format", "json"),
            *("-c", f"{CONNECTIONS}", "-z", f"{s}s", url),
        ],
        _oha,
        ("cargo", "install", "oha", "--locked", "--root", "{tools}"),
    ),
    "hey": Peer(
        "hey",
        lambda url, s: ["-cpus", "1", "-c", f"{CONNECTIONS}", "-z", f"{s}s", url],
        _hey,
        ("apt-get", "install", "--yes", "hey"),
    ),
    "k6": Peer(
        "k6",
        lambda url, s: [
            *("run", "--quiet", "--vus", f"{CONNECTIONS}", "--duration", f"{s}s"),
            *("--summary-trend-stats", "med,p(99)", "--env", f"URL={url}", "k6.js"),
        ],
        _k6,
        ("go", "install", "go.k6.io/k6@latest"),
    ),
    "locust": Peer(
        str(Path(sys.executable).with_name("locust")),
        # Four seconds more: its users take a while to begin, and its rate is over their own time.
        lambda url, s: [
            *("-f", "locustfile.py", "--headless", "--json", "--loglevel", "ERROR"),
            *("-u", f"{CONNECTIONS}", "-r", f"{CONNECTIONS}", "-t", f"{s + 4}s"),
            *("--host", url.rstrip("/")),
        ],
        _locust,
    ),
}
"""By name; the first is ours, and the second what Python can do at all."""
