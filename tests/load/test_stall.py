"""The known answer: one stall of S seconds at rate r delays r * S requests, uniformly up to S."""

import asyncio
from time import monotonic

import numpy as np
import pytest

from tests.load.servers import OK, serving
from windtunnel.load.arrivals import constant
from windtunnel.load.engine import LoadEngine
from windtunnel.load.mix import Mix
from windtunnel.load.plan import LoadPlan
from windtunnel.records.load_run import LoadRun
from windtunnel.requests.request_value import Request

RATE = 100.0
STALL = 1.0
SECONDS = 4.0
NOISE = 0.1
"""Seconds that a busy machine may add; a tenth of the stall."""


def load(*, is_open: bool) -> LoadRun:
    """Drive a server that stalls once for STALL seconds, half a second after its first request."""

    async def go() -> LoadRun:
        began = monotonic()

        async def reply(_: bytes) -> bytes:
            into = monotonic() - began
            if 0.5 <= into < 0.5 + STALL:
                await asyncio.sleep(0.5 + STALL - into)
            elif not is_open:
                await asyncio.sleep(1 / RATE)  # so that the closed loop runs at about RATE too
            return OK

        async with serving(reply) as server:
            plan = LoadPlan(
                destination=server.destination,
                mix=Mix((Request(),)),
                connections=4 if is_open else 1,
                seconds=SECONDS,
                arrivals=constant(RATE, SECONDS) if is_open else None,
            )
            return await LoadEngine(plan).run()

    return asyncio.run(go())


def test_an_open_loop_shows_every_request_that_a_stall_delayed() -> None:
    samples = load(is_open=True).samples
    assert len(samples) == RATE * SECONDS
    assert samples.errors == 0
    latencies = samples.latencies
    delayed = latencies[latencies > 0.1 * STALL]
    # 90 % of r * S: those that came in the last tenth of the stall waited less than that.
    assert len(delayed) == pytest.approx(0.9 * RATE * STALL, rel=0.15)
    # Uniform over (0.1 S, S): its quartiles.
    expected = STALL * (0.1 + 0.9 * np.array([0.25, 0.5, 0.75]))
    assert np.quantile(delayed, [0.25, 0.5, 0.75]) == pytest.approx(expected, abs=NOISE)
    # A quarter of all requests fell into the stall: the quantiles that follow.
    p80, p90, p99 = samples.quantiles([0.80, 0.90, 0.99])
    assert [p80, p90, p99] == pytest.approx([0.2 * STALL, 0.6 * STALL, 0.96 * STALL], abs=NOISE)


def test_a_closed_loop_misses_them() -> None:
    latencies = load(is_open=False).samples.latencies
    # Of the hundred requests that the stall would have delayed, it sent one.
    assert np.count_nonzero(latencies > 0.5 * STALL) == 1
    assert np.quantile(latencies, 0.99) < 0.5 * STALL
