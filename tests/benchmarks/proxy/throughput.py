"""Requests a second beside the real Toxiproxy, without toxics and with 1 ms of latency.

In each round every way is measured once, in an order drawn anew, so that what else the machine does
falls on all of them; ways are compared round by round.
"""

import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psutil

from tests.benchmarks.proxy.claims import Claim
from tests.benchmarks.proxy.ends import Sample, Way, wrk
from tests.contracts.proxy.servers import OURS, THEIRS, Server

CONNECTIONS = (32, 1)
PLAIN, SLOW = "no toxics", "1 ms"
LATENCY = 1
"""Milliseconds that the second adds."""

Samples = dict[str, list[Sample]]


def ways(held: ExitStack, upstream: Way) -> dict[str, Way]:
    """Start both servers, and return each way."""
    found = {"direct": upstream}
    for kind in (OURS, THEIRS):
        server = Server(kind)
        held.callback(server.close)
        process = psutil.Process(server.process.pid)
        found[f"{kind}, {PLAIN}"] = Way(server.proxy(upstream.port, name="plain"), process)
        found[f"{kind}, {SLOW}"] = Way(server.proxy(upstream.port, name="p"), process)
        server.toxic("latency", latency=LATENCY)
        if kind == OURS:
            port = server.proxy(upstream.port, "recording", protocol="http")
            found[f"{kind}, recording HTTP"] = Way(port, process)
            port = server.proxy(upstream.port, "struck", protocol="http")
            body = {"type": "http_delay", "attributes": {"latency": 0}}
            server.call("POST", "/proxies/struck/toxics", body)
            found[f"{kind}, an HTTP toxic"] = Way(port, process)
    return found


def measure(upstream: Way, rounds: int, seconds: int, order: random.Random) -> Iterator[Claim]:
    """Measure every way in every round; print them, and give the claims."""
    with ExitStack() as held:
        ports = ways(held, upstream)
        found: dict[int, Samples] = {}
        for connections in CONNECTIONS:
            samples: Samples = {way: [] for way in ports}
            for _ in range(rounds):
                for way in order.sample(list(ports), len(ports)):
                    samples[way].append(wrk(ports[way], connections, seconds))
            show(samples, connections)
            yield from claims(samples, connections)
            found[connections] = samples
        yield from without_cost(found[max(CONNECTIONS)], found[min(CONNECTIONS)])


def show(samples: Samples, connections: int) -> None:
    """Print the medians."""
    print(f"\n{connections} connection{'s' * (connections > 1)}, medians over the rounds")
    print(f"  {'way':24}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'its µs/request':>16}")
    for way, found in samples.items():
        rate, half, slow, used = (
            statistics.median(getattr(each, name) for each in found)
            for name in ("rate", "half", "slow", "work")
        )
        times = f"{half * 1e3:10.3f}{slow * 1e3:10.3f}{used * 1e6:16.1f}"
        print(f"  {way:24}{rate:12,.0f}{times}")


def claims(samples: Samples, connections: int) -> Iterator[Claim]:
    """Compare ours with theirs, round by round."""

    def ratios(of: Callable[[Sample], float], toxics: str) -> list[float]:
        pairs = zip(samples[f"{OURS}, {toxics}"], samples[f"{THEIRS}, {toxics}"], strict=True)
        return [of(ours) / of(theirs) for ours, theirs in pairs]

    on = f"{connections} connection{'s' * (connections > 1)}"
    many = connections > 1
    for toxics, least in ((PLAIN, 1.3), (SLOW, 2.0)):
        rate = ratios(lambda sample: sample.rate, toxics)
        yield Claim(f"{toxics}, {on}: requests/s, ratio", rate, least if many else None)
        slow = ratios(lambda sample: sample.slow, toxics)
        yield Claim(f"{toxics}, {on}: p99, ratio", slow, most=1.0 if many else None)
        work = ratios(lambda sample: sample.work, toxics)
        yield Claim(f"{toxics}, {on}: processor time a request, ratio", work)


def without_cost(many: Samples, one: Samples) -> Iterator[Claim]:
    """Say what a proxy that takes no time at all could carry with 1 ms, beside Toxiproxy.

    Each of the connections then waits for the latency and for nginx, asked without a proxy by one
    connection: with more at once it is no faster.
    """
    pairs = zip(one["direct"], many[f"{THEIRS}, {SLOW}"], strict=True)
    most = [
        max(CONNECTIONS) / (LATENCY / 1000 + alone.half) / theirs.rate for alone, theirs in pairs
    ]
    yield Claim(f"{SLOW}, a proxy that takes no time: requests/s, ratio", most)
