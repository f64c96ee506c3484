"""Many open connections, and thousands of toxics that come and go under load."""

import http.client
import json
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import psutil

from tests.benchmarks.proxy.claims import Claim
from tests.benchmarks.proxy.ends import REQUEST, Way, rate_of, wrk_command
from tests.contracts.proxy.servers import OURS, Server, connect

CONNECTIONS = 5_000
CYCLES = 10_000
LOADED_BY = 8
WARM = 10
"""Seconds of load before memory is measured: records of exchanges are kept up to a number."""
LONG = 3600
TOXICS: tuple[tuple[str, dict[str, int]], ...] = (
    ("latency", {"latency": 1}),
    ("bandwidth", {"rate": 100_000}),
    ("slicer", {"average_size": 64}),
    ("connect", {"latency": 1}),
    ("noop", {}),
)


def connections(upstream: Way) -> Iterator[Claim]:
    """Open them all, use each, keep them, and use each again."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with ExitStack() as held:
        server = held.enter_context(closing(Server(OURS)))
        process = psutil.Process(server.process.pid)
        port = server.proxy(upstream.port)
        before = process.memory_info().rss
        clients = [held.enter_context(connect(port)) for _ in range(CONNECTIONS)]
        answered = sum(answers(client) for client in clients)
        each = (process.memory_info().rss - before) / CONNECTIONS / 1024
        again = sum(answers(client) for client in clients)
        yield Claim("open connections that answered at first", [answered], CONNECTIONS)
        yield Claim("open connections that answered again", [again], CONNECTIONS)
        yield Claim("memory a connection", [each], unit="KiB")


def answers(client: socket.socket) -> bool:
    """Whether a request on this connection is answered."""
    client.sendall(REQUEST)
    return client.recv(4096).startswith(b"HTTP/1.1 200")


def cycles(upstream: Way) -> Iterator[Claim]:
    """Add and remove a toxic, again and again, while wrk goes on; then look for what is left."""
    with ExitStack() as held:
        server = held.enter_context(closing(Server(OURS)))
        process = psutil.Process(server.process.pid)
        port = server.proxy(upstream.port)
        control = held.enter_context(
            closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10))
        )
        load = subprocess.Popen(
            wrk_command(port, LOADED_BY, LONG), stdout=subprocess.PIPE, text=True
        )
        try:
            time.sleep(WARM)
            call(control, "GET", "/version")  # so that its connection counts before and after
            before = held_by(process)
            begun = time.monotonic()
            for number in range(CYCLES):
                kind, attributes = TOXICS[number % len(TOXICS)]
                toxic = {"name": "t", "type": kind, "attributes": attributes}
                call(control, "POST", "/proxies/p/toxics", toxic)
                call(control, "DELETE", "/proxies/p/toxics/t")
            took = time.monotonic() - begun
            after = held_by(process)
        finally:
            load.send_signal(signal.SIGINT)
            text, _ = load.communicate()
        yield Claim("cycles, with every request of the load answered", [CYCLES], CYCLES)
        yield Claim("requests/s meanwhile", [rate_of(text)])
        yield Claim("time a cycle", [took / CYCLES * 1e3], unit="ms")
        yield Claim("memory more after them", [(after[0] - before[0]) / 2**20], None, 8, "MiB")
        yield Claim("open files more after them", [after[1] - before[1]], None, 0)
        yield Claim("threads more after them", [after[2] - before[2]], None, 0)


def held_by(process: psutil.Process) -> tuple[int, int, int]:
    """Return the memory, the open files and the threads of a process."""
    return process.memory_info().rss, process.num_fds(), process.num_threads()


def call(control: http.client.HTTPConnection, method: str, path: str, body: object = None) -> None:
    """Send one request to the control port; SystemExit where it is refused."""
    control.request(method, path, None if body is None else json.dumps(body))
    answer = control.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {text.decode()}")
