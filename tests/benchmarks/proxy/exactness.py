"""How exact injected latency and bandwidth are, against the same path without the toxic."""

import random
import socket
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress

from tests.benchmarks.proxy.claims import Claim
from tests.benchmarks.proxy.ends import REQUEST, Way
from tests.contracts.proxy.servers import OURS, Server, connect, listening

LATENCIES = (1, 10, 100)
"""Milliseconds."""
ASKED = 100
"""Requests each way in one round; with fewer the 99th percentile would be no more than a guess."""
RATES = (100, 1_000, 10_000)
"""KB/s."""
WINDOW = 5.0
"""Seconds over which a rate is measured."""


def asked(client: socket.socket) -> float:
    """Return how many milliseconds an answer of nginx takes, which comes whole."""
    begun = time.perf_counter()
    client.sendall(REQUEST)
    client.recv(4096)
    return (time.perf_counter() - begun) * 1e3


def latency(upstream: Way, rounds: int, order: random.Random) -> Iterator[Claim]:
    """Ask by turns with the toxic and without, on one connection each."""
    with ExitStack() as held:
        server = held.enter_context(closing(Server(OURS)))
        plain = held.enter_context(connect(server.proxy(upstream.port, "plain")))
        late = held.enter_context(connect(server.proxy(upstream.port)))
        for milliseconds in LATENCIES:
            server.toxic("latency", latency=milliseconds)
            halves, slows = [], []
            for _ in range(rounds):
                times: dict[socket.socket, list[float]] = {plain: [], late: []}
                for _ in range(ASKED):
                    for client in order.sample([plain, late], 2):
                        times[client].append(asked(client))
                half, slow = (
                    percentile(times[late], share) - percentile(times[plain], share)
                    for share in (50, 99)
                )
                halves.append(abs(half - milliseconds))
                slows.append(abs(slow - milliseconds))
            yield Claim(f"latency of {milliseconds} ms, p50: error", halves, None, 0.3, "ms")
            yield Claim(f"latency of {milliseconds} ms, p99: error", slows, None, 1.0, "ms")
            server.call("DELETE", "/proxies/p/toxics/latency_downstream")


def percentile(times: list[float], share: int) -> float:
    """Return a percentile."""
    return statistics.quantiles(times, n=100, method="inclusive")[share - 1]


def bandwidth(rounds: int) -> Iterator[Claim]:
    """Let a dependency send all it can, at every rate at the same time."""
    with ExitStack() as held:
        server = held.enter_context(closing(Server(OURS)))
        dependency = held.enter_context(listening(pour))
        ports = []
        for rate in RATES:
            ports.append(server.proxy(dependency, f"at-{rate}"))
            toxic = {"type": "bandwidth", "attributes": {"rate": rate}}
            server.call("POST", f"/proxies/at-{rate}/toxics", toxic)
        pool = held.enter_context(ThreadPoolExecutor(len(RATES)))
        found = [list(pool.map(drained, ports)) for _ in range(rounds)]
    for rate, got in zip(RATES, zip(*found, strict=True), strict=True):
        errors = [(each / (rate * 1000) - 1) * 100 for each in got]
        yield Claim(f"bandwidth of {rate:,} KB/s over {WINDOW:g} s: error", errors, -2, 2, "%")


def pour(client: socket.socket) -> None:
    """Send without end."""
    with client, suppress(OSError):
        while True:
            client.sendall(bytes(2**16))


def drained(port: int) -> float:
    """Return the bytes a second that come, counted from the first on."""
    with connect(port) as client:
        client.recv(2**20)
        begun = now = time.monotonic()
        got = 0
        while now < begun + WINDOW:
            got += len(client.recv(2**20))
            now = time.monotonic()
    return got / (now - begun)
