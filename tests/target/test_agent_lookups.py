"""Batched look-ups: one call for one moment, and each look-up an answer of its own."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.target.support import Clock
from windtunnel_sample.agent_lookups import LARGEST, AgentLookups
from windtunnel_sample.clients import Agent, CatalogClient, DependencyError
from windtunnel_sample.guard import Answer, Guard
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig

pytestmark = pytest.mark.asyncio


class Catalog(CatalogClient):
    """A catalog of agent-1 to agent-5 that notes what it is asked for."""

    def __init__(self, *, works: bool = True) -> None:
        self._config = ConnectionConfig()
        self.asked: list[Sequence[str]] = []
        self.works = works
        self.called = asyncio.Semaphore(0)
        self.go = asyncio.Event()
        self.go.set()

    async def agents(self, ids: Sequence[str] | None = None) -> list[Agent]:
        self.asked.append(ids or ())
        self.called.release()
        await self.go.wait()
        if not self.works:
            raise DependencyError("refused")
        known = {f"agent-{number}" for number in range(1, 6)}
        return [named(each) for each in ids or () if each in known]


def named(agent: str) -> Agent:
    return {"id": agent, "name": agent.title(), "state": "idle"}


def lookups(catalog: Catalog) -> AgentLookups:
    return AgentLookups(catalog, Guard("catalog", CircuitBreakerConfig(), Clock()))


async def test_look_ups_of_one_moment_share_one_call_whoever_makes_them() -> None:
    catalog = Catalog()
    agents = lookups(catalog)
    wanted = ["agent-1", "agent-2", "agent-1", "agent-3"]
    several, *single = await asyncio.gather(
        agents.batch_requests(["agent-2", "agent-5"]),
        *(agents.batch_requests([each]) for each in wanted),
    )
    assert [answer.value["id"] for answer in several] == ["agent-2", "agent-5"]
    assert [answer.value["id"] for (answer,) in single] == wanted
    assert len(catalog.asked) == 1
    assert sorted(catalog.asked[0]) == ["agent-1", "agent-2", "agent-3", "agent-5"]
    assert (agents.counters.lookups, agents.counters.calls) == (6, 1)


async def test_an_unknown_agent_is_missing_for_its_own_caller_only() -> None:
    found = await lookups(Catalog()).batch_requests(["agent-1", "nobody", "agent-2"])
    assert [answer.value and answer.value["id"] for answer in found] == ["agent-1", None, "agent-2"]
    assert not any(answer.fallback for answer in found)


@pytest.mark.parametrize("strange", ["a,agent-9", "a&ids=b", "a#b", "", "x" * 65, "ä", "a\nb"])
async def test_what_cannot_be_an_id_never_reaches_the_shared_call(strange: str) -> None:
    catalog = Catalog()
    first, second = await lookups(catalog).batch_requests([strange, "agent-1"])
    assert first == Answer(None, fallback=False)
    assert second.value == named("agent-1")
    assert catalog.asked == [["agent-1"]]


async def test_nothing_is_kept_from_one_moment_to_the_next() -> None:
    catalog = Catalog()
    agents = lookups(catalog)
    for _ in range(2):
        await agents.batch_requests(["agent-1"])
    assert catalog.asked == [["agent-1"], ["agent-1"]]


async def test_a_catalog_that_is_down_gives_each_look_up_the_marked_fallback() -> None:
    catalog = Catalog(works=False)
    found = await lookups(catalog).batch_requests(["agent-1", "agent-2"])
    assert found == [Answer(None, fallback=True)] * 2
    assert len(catalog.asked) == 1


async def test_a_caller_who_leaves_takes_nothing_from_the_others() -> None:
    catalog = Catalog()
    catalog.go.clear()
    agents = lookups(catalog)
    leaving = asyncio.create_task(agents.batch_requests(["agent-1"]))
    staying = asyncio.create_task(agents.batch_requests(["agent-1"]))
    await catalog.called.acquire()
    leaving.cancel()
    await asyncio.sleep(0)
    catalog.go.set()
    (answer,) = await staying
    assert answer.value == named("agent-1")
    assert leaving.cancelled()


async def test_a_look_up_joins_the_call_that_is_under_way_for_its_agent() -> None:
    catalog = Catalog()
    catalog.go.clear()
    agents = lookups(catalog)
    early = asyncio.create_task(agents.batch_requests(["agent-1", "agent-2"]))
    await catalog.called.acquire()
    late = asyncio.create_task(agents.batch_requests(["agent-2", "agent-3"]))
    await catalog.called.acquire()
    catalog.go.set()
    assert [answer.value["id"] for answer in await early] == ["agent-1", "agent-2"]
    assert [answer.value["id"] for answer in await late] == ["agent-2", "agent-3"]
    assert catalog.asked[1] == ["agent-3"]


async def test_very_many_look_ups_are_cut_into_calls_of_bounded_size() -> None:
    catalog = Catalog()
    await lookups(catalog).batch_requests([f"agent-{number}" for number in range(250)])
    assert sorted(map(len, catalog.asked)) == [50, LARGEST, LARGEST]
