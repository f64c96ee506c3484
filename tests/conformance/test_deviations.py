"""Each deviation in the table, reproduced on the library itself: no service, no proxy, no suite.

These tests say what the versions pinned here do. Where one fails after an update, the library has
changed: look at the table again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module

import pytest

from tests.conformance.libraries import (
    ALL_PROBES,
    CANCELLED,
    LATE,
    LATE_SUCCESS,
    LIBRARIES,
    WALL,
    Library,
)
from tests.conformance.services.calls import DependencyFailed, Guarded, Rejected
from tests.conformance.services.settings import Settings

RECOVERY = 0.2
"""Seconds: the libraries take no clock, so these tests wait for it."""


def deviating(name: str) -> pytest.MarkDecorator:
    """Parametrise by the libraries that deviate so."""
    return pytest.mark.parametrize(
        "library",
        [each for each in LIBRARIES if name in each.deviations],
        ids=lambda library: library.name,
    )


def guard(library: Library) -> Guarded:
    settings = Settings(threshold=3, recovery=RECOVERY, probes=1, window=60.0, call_timeout=1.0)
    module = import_module(f"tests.conformance.{library.module}")
    made: Guarded = module.guard("dependency", settings)
    return made


async def fail() -> bytes:
    raise DependencyFailed


async def succeed() -> bytes:
    return b"fine"


async def outcome(guarded: Guarded, call: Callable[[], Awaitable[bytes]]) -> str:
    try:
        await guarded(call)
    except Rejected:
        return "rejected"
    except DependencyFailed:
        return "failed"
    return "fine"


async def open_it(guarded: Guarded) -> None:
    for _ in range(3):
        # Some report the failure that opens them as a rejection.
        assert await outcome(guarded, fail) in {"failed", "rejected"}
    assert await outcome(guarded, succeed) == "rejected"


@deviating(ALL_PROBES)
def test_half_open_it_lets_all_callers_through(library: Library) -> None:
    async def scenario() -> int:
        guarded, started, go_on = guard(library), 0, asyncio.Event()

        async def slow() -> bytes:
            nonlocal started
            started += 1
            await go_on.wait()
            return b"fine"

        await open_it(guarded)
        await asyncio.sleep(RECOVERY * 1.2)
        callers = [asyncio.create_task(outcome(guarded, slow)) for _ in range(20)]
        for _ in range(5):
            await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(*callers)
        return started

    assert asyncio.run(scenario()) == 20


@deviating(LATE)
def test_failures_from_before_the_opening_open_it_once_more(library: Library) -> None:
    async def scenario() -> str:
        guarded, go_on = guard(library), asyncio.Event()

        async def late() -> bytes:
            await go_on.wait()
            raise DependencyFailed

        callers = [asyncio.create_task(outcome(guarded, late)) for _ in range(3)]
        await asyncio.sleep(0)
        await open_it(guarded)
        await asyncio.sleep(RECOVERY * 1.2)
        assert [await outcome(guarded, succeed) for _ in range(3)] == ["fine"] * 3
        go_on.set()
        await asyncio.gather(*callers)
        return await outcome(guarded, succeed)

    assert asyncio.run(scenario()) == "rejected"


@deviating(CANCELLED)
def test_cancelled_calls_open_it(library: Library) -> None:
    async def scenario() -> str:
        guarded = guard(library)

        async def endless() -> bytes:
            await asyncio.Event().wait()
            return b""

        for _ in range(3):
            caller = asyncio.create_task(outcome(guarded, endless))
            await asyncio.sleep(0)
            caller.cancel()
            await asyncio.gather(caller, return_exceptions=True)
        return await outcome(guarded, succeed)

    assert asyncio.run(scenario()) == "rejected"


@deviating(LATE_SUCCESS)
def test_a_success_from_before_the_opening_closes_it(library: Library) -> None:
    async def scenario() -> str:
        guarded, go_on = guard(library), asyncio.Event()

        async def late() -> bytes:
            await go_on.wait()
            return b"fine"

        caller = asyncio.create_task(outcome(guarded, late))
        await asyncio.sleep(0)
        await open_it(guarded)
        go_on.set()
        assert await caller == "fine"
        return await outcome(guarded, succeed)

    assert asyncio.run(scenario()) == "fine"


@deviating(WALL)
def test_a_step_of_the_wall_clock_back_keeps_it_open(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> str:
        guarded = guard(library)
        await open_it(guarded)
        with hour_back(monkeypatch):
            await asyncio.sleep(RECOVERY * 1.2)
            return await outcome(guarded, succeed)

    assert asyncio.run(scenario()) == "rejected"


@contextmanager
def hour_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the wall clock of the libraries back by an hour."""
    honest = time.time

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            moment = datetime.fromtimestamp(honest() - 3600, UTC)
            return moment if tz is not None else moment.replace(tzinfo=None)

        @classmethod
        def utcnow(cls) -> datetime:  # type: ignore[override]
            return cls.now()

    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: honest() - 3600)
        for module in ("pybreaker", "aiobreaker.state", "hyx.circuitbreaker.states"):
            patch.setattr(f"{module}.datetime", Earlier)
        yield
