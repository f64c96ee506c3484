"""What stands at both ends of the proxies: nginx behind them, wrk and plain sockets before."""

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.contracts.proxy.servers import connect
from windtunnel.ports import free_port

NGINX = """
daemon off;
master_process off;
worker_rlimit_nofile 16000;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 8000; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 "ok"; }} }}
}}
"""
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
SETTLING = 10.0
"""Seconds that a program may take to listen, or to answer."""


@dataclass(frozen=True, slots=True)
class Way:
    """A port to load, and the process that is in between."""

    port: int
    process: psutil.Process

    @property
    def work(self) -> float:
        """The processor seconds that the process has used, its threads' included."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


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
def nginx() -> Iterator[Way]:
    """Give an nginx that answers every request at once."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "nginx.conf")
        config.write_text(NGINX.format(folder=folder, port=port))
        program = subprocess.Popen(["nginx", "-c", str(config), "-e", f"{folder}/error.log"])
        try:
            deadline = time.monotonic() + SETTLING
            while True:
                try:
                    connect(port).close()
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.01)
                else:
                    break
            yield Way(port, psutil.Process(program.pid))
        finally:
            program.terminate()
            program.wait()


def wrk_command(port: int, connections: int, seconds: int) -> list[str]:
    """Return the command that loads a port."""
    load = [f"-c{connections}", f"-d{seconds}s"]
    return ["wrk", "-t1", *load, "--latency", f"http://127.0.0.1:{port}/"]


def rate_of(text: str) -> float:
    """Return the requests a second in what wrk wrote; SystemExit where some failed."""
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if "Non-2xx" in text or "Socket errors" in text or found is None:
        raise SystemExit(f"the load failed:\n{text}")
    return float(found[1])


def wrk(way: Way, connections: int, seconds: int) -> Sample:
    """Load one port."""
    before = way.work
    command = wrk_command(way.port, connections, seconds)
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = rate_of(text)
    times = {
        mark: float(value) * UNITS[unit]
        for mark, value, unit in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", text)
    }
    return Sample(rate, times["50"], times["99"], (way.work - before) / (rate * seconds))
