"""`async def` tests: the stack is awaited, and the test's own loop goes on meanwhile."""

import pytest

from tests.plugin.conftest import THREAD

BODY = """
import pytest
import anyio
from windtunnel import Latency, Outage, breaker_opens

pytestmark = {mark}

async def ticking(ticks):
    while True:
        ticks.append(1)
        await anyio.sleep(0.001)

async def test_the_loop_goes_on(async_stack, judge):
    ticks = []
    async with anyio.create_task_group() as group:
        group.start_soon(ticking, ticks)
        async with async_stack.target(BREAKER=1), async_stack.network("zone"):
            pass
        async with async_stack.inject(Latency("prices", 0.01)) as injection:
            await async_stack.drive("/orders", requests=30)
            assert injection.touched
        assert (await async_stack.evidence("prices")).exchanges
        response, _ = await async_stack.get("/orders")
        assert not response.fallback
        group.cancel_scope.cancel()
    # 30 requests take 5 ms each at least.
    assert len(ticks) > 30

@pytest.mark.fault(Outage("prices"))
@pytest.mark.criterion("all_answered", within=5.0)
async def test_marked(async_stack):
    run = await async_stack.drive("/orders", requests=20)
    assert all(response.fallback for response in run.responses)

async def test_a_fault_that_touches_nothing_fails_it(async_stack):
    async with async_stack.inject(Outage("prices")):
        pass

async def test_cancelled(async_stack):
    with anyio.move_on_after(0.02) as scope:
        async with async_stack.inject(Outage("prices")):
            await async_stack.drive("/orders", requests=20)
            await anyio.sleep(30)
    assert scope.cancelled_caught
    run = await async_stack.drive("/orders", requests=2)
    assert not any(response.fallback for response in run.responses)
"""


@pytest.mark.parametrize(
    ("mark", "options", "times"),
    [
        ("pytest.mark.asyncio", ("-p", "no:anyio"), 1),
        ("pytest.mark.anyio", ("-p", "no:asyncio"), 2),
    ],
    ids=["pytest-asyncio", "anyio"],
)
def test_an_async_test_awaits_its_stack(
    project: pytest.Pytester, mark: str, options: tuple[str, ...], times: int
) -> None:
    """With anyio's own plugin on asyncio and on trio."""
    project.makepyfile(BODY.replace("{mark}", mark))
    if "no:asyncio" in options:
        project.makeini("[pytest]\n")
    result = project.runpytest(*THREAD, *options)
    result.assert_outcomes(passed=3 * times, failed=times)
    result.stdout.fnmatch_lines(["*FAIL fault touched traffic of Outage(dependency='prices')*"])


CANCELLED = """
import asyncio
import time

import pytest
from windtunnel import Outage

@pytest.mark.asyncio
async def test_a_start_is_given_up(async_stack):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await async_stack.drive("/orders", 2000)  # more than any machine makes in that time

def test_the_next_one_works(stack):
    assert len(stack.drive("/orders", 5).responses) == 5

@pytest.mark.asyncio
async def test_a_long_load_is_given_up(async_stack):
    await async_stack.drive("/orders", 1)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await async_stack.load(duration=60)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await async_stack.offer(20, duration=60)
    assert time.monotonic() - began < 30

@pytest.mark.asyncio
async def test_a_fault_on_its_way_is_healed(async_stack):
    await async_stack.drive("/orders", 1)

    async def inject():
        async with async_stack.inject(Outage("prices")):
            await asyncio.sleep(60)

    for turns in (1, 3, 50):
        task = asyncio.create_task(inject())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert all(window.ended for window in async_stack.stack.windows)
        run = await async_stack.drive("/orders", 3)
        assert not any(response.fallback for response in run.responses)

@pytest.mark.asyncio
async def test_a_target_on_its_way_is_stopped(async_stack):
    async def start():
        async with async_stack.target():
            await asyncio.sleep(60)

    task = asyncio.create_task(start())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not async_stack.stack.backend.servers

@pytest.mark.asyncio
async def test_first_uses_at_once_start_one_target(async_stack):
    await asyncio.gather(*(async_stack.drive("/orders", 2) for _ in range(3)))
    assert async_stack.stack.default_target.name == "target-1"
    async with async_stack.target() as second:
        assert second.name == "target-2"
"""


def test_what_asyncio_cancels_leaves_nothing_behind(project: pytest.Pytester) -> None:
    """By `asyncio.timeout` and `Task.cancel`, once and again; the next tests work."""
    project.makepyfile(CANCELLED)
    project.runpytest(*THREAD, "-p", "no:anyio").assert_outcomes(passed=6)


GIVEN_UP = """
import time

import anyio
import pytest

pytestmark = pytest.mark.anyio

async def test_a_long_load_is_given_up(async_stack):
    began = time.monotonic()
    with anyio.move_on_after(2) as scope:
        await async_stack.load(duration=60)
    assert scope.cancelled_caught
    assert time.monotonic() - began < 30
    assert (await async_stack.drive("/orders", 2)).responses
"""


def test_a_load_is_given_up_on_trio_too(project: pytest.Pytester) -> None:
    """And by anyio's scopes on asyncio."""
    project.makepyfile(GIVEN_UP)
    project.makeini("[pytest]\n")
    project.runpytest(*THREAD, "-p", "no:asyncio").assert_outcomes(passed=2)
