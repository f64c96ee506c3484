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
