"""How long a scenario's own parts take: a stack with one dependency, and a fresh target.

    python -m tests.benchmarks.start --rounds 10

The service and its dependency are programs that answer at once, so that what is left is
windtunnel's. Each round starts, in turn, the service by itself until it answers, a whole stack,
and another target of it; the medians stand beside each other.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import requests

from windtunnel.ports import free_port
from windtunnel.session import Session

PROGRAM = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *ignored):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""

CONFIGURATION = """
command = ["{python}", "program.py", "{port}"]
endpoints = ["/"]
health = "/"
control_period = 0

[dependencies.other]
protocol = "http"
command = ["{python}", "program.py", "{port}"]
environment = { OTHER_URL = "http://{address}" }
endpoint = "/"
"""


def by_itself(folder: Path) -> float:
    """Return the seconds from the service's start to its first answer, without windtunnel."""
    port = free_port()
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, "program.py", f"{port}"], cwd=folder) as service:
        try:
            while True:
                try:
                    requests.get(f"http://127.0.0.1:{port}/", timeout=5)
                    return time.perf_counter() - began
                except requests.ConnectionError:
                    time.sleep(0.005)
        finally:
            service.kill()


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.start")
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    found: dict[str, list[float]] = {"service": [], "stack": [], "second target": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "program.py").write_text(PROGRAM)
        (folder / "windtunnel.toml").write_text(CONFIGURATION)
        for _ in range(rounds):
            found["service"].append(by_itself(folder))
            session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
            try:
                for what in ("stack", "second target"):
                    began = time.perf_counter()
                    stack = session.stack(what, {}, lambda verdict: None)
                    requests.get(stack.url, timeout=5)
                    found[what].append(time.perf_counter() - began)
                    stack.close()
            finally:
                session.close()
    for what, times in found.items():
        sys.stdout.write(f"{what}: median {median(times):.3f} s of {rounds}\n")


if __name__ == "__main__":
    main()
