"""The cache: one call for all who wait, old values for errors only and not for ever."""

import asyncio

import pytest

from tests.target.support import Clock
from windtunnel_sample.cache import Cache, Kept, cache

pytestmark = pytest.mark.asyncio


class Down(Exception):
    """What the dependency raises here."""


class Dependency:
    """Something slow whose calls the test ends."""

    def __init__(self) -> None:
        self.calls: list[asyncio.Future[str]] = []

    async def ask(self, *key: object) -> str:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.calls.append(future)
        return await future

    async def answer(self, value: str | Exception) -> None:
        """End the latest call, and let those who wait for it run."""
        if isinstance(value, Exception):
            self.calls[-1].set_exception(value)
        else:
            self.calls[-1].set_result(value)
        await settle()


async def settle() -> None:
    """Let every task run until it waits for something outside the loop."""
    for _ in range(10):
        await asyncio.sleep(0)


async def started(kept: Cache[str], *key: str) -> "asyncio.Task[Kept[str]]":
    task = asyncio.create_task(kept(*key))
    await settle()
    return task


def caching(
    dependency: Dependency, clock: Clock, *, stale_if_error: float = 0.0, entries: int = 10
) -> Cache[str]:
    return cache(60, stale_if_error=stale_if_error, errors=(Down,), entries=entries, clock=clock)(
        dependency.ask
    )


async def filled(dependency: Dependency, kept: Cache[str], value: str) -> None:
    asking = await started(kept)
    await dependency.answer(value)
    assert (await asking).value == value


async def test_it_decorates_a_function_and_keeps_its_name_and_promise() -> None:
    calls: list[int] = []

    @cache(ttl=60)
    async def double(number: int) -> int:
        """Return twice the number."""
        calls.append(number)
        return 2 * number

    assert [(await double(n)).value for n in (1, 2, 1, 2)] == [2, 4, 2, 4]
    assert calls == [1, 2]
    assert double.__doc__ == "Return twice the number."


async def test_a_hundred_concurrent_misses_make_one_call() -> None:
    dependency = Dependency()
    kept = caching(dependency, Clock())
    asking = [await started(kept) for _ in range(100)]
    assert len(dependency.calls) == 1
    await dependency.answer("fresh")
    assert {(await each).value for each in asking} == {"fresh"}
    assert (kept.counters.misses, kept.counters.calls) == (100, 1)


async def test_different_questions_do_not_wait_for_each_other() -> None:
    dependency = Dependency()
    kept = caching(dependency, Clock())
    first = await started(kept, "a")
    second = await started(kept, "b")
    await dependency.answer("of b")
    assert (await second).value == "of b"
    assert not first.done()
    dependency.calls[0].set_result("of a")
    assert (await first).value == "of a"


async def test_a_kept_value_is_given_until_its_time_is_over_and_not_after() -> None:
    dependency, clock = Dependency(), Clock()
    kept = caching(dependency, clock)
    await filled(dependency, kept, "old")
    clock.turn(59.9)
    hit = await kept()
    assert (hit.value, hit.stale) == ("old", False)
    assert hit.age == pytest.approx(59.9)
    clock.turn(0.2)
    asking = await started(kept)
    await dependency.answer("new")
    assert (await asking) == Kept("new")
    assert kept.counters.hit_ratio == pytest.approx(1 / 3)


async def test_its_age_counts_from_the_beginning_of_the_call() -> None:
    dependency, clock = Dependency(), Clock()
    kept = caching(dependency, clock)
    asking = await started(kept)
    clock.turn(50)
    await dependency.answer("slow")
    await asking
    clock.turn(11)
    await started(kept)
    assert len(dependency.calls) == 2
    await dependency.answer("next")


async def test_an_old_value_stands_in_for_an_error_and_is_marked() -> None:
    dependency, clock = Dependency(), Clock()
    kept = caching(dependency, clock, stale_if_error=300)
    await filled(dependency, kept, "old")
    clock.turn(100)
    asking = [await started(kept) for _ in range(3)]
    await dependency.answer(Down())
    assert {await each for each in asking} == {Kept("old", 100.0, stale=True)}
    assert kept.counters.stale == 3
    assert len(dependency.calls) == 2


async def test_a_dependency_that_is_back_replaces_the_old_value() -> None:
    dependency, clock = Dependency(), Clock()
    kept = caching(dependency, clock, stale_if_error=300)
    await filled(dependency, kept, "old")
    clock.turn(100)
    asking = await started(kept)
    await dependency.answer(Down())
    assert (await asking).stale
    await filled(dependency, kept, "new")
    assert (await kept()) == Kept("new", 0.0, stale=False)


async def test_a_value_older_than_the_bound_is_not_given_even_for_an_error() -> None:
    dependency, clock = Dependency(), Clock()
    kept = caching(dependency, clock, stale_if_error=300)
    await filled(dependency, kept, "ancient")
    clock.turn(360)
    asking = await started(kept)
    await dependency.answer(Down())
    with pytest.raises(Down):
        await asking


async def test_a_mistake_of_ones_own_is_never_hidden_by_an_old_value() -> None:
    dependency, clock = Dependency(), Clock()
    kept = caching(dependency, clock, stale_if_error=300)
    await filled(dependency, kept, "old")
    clock.turn(100)
    asking = await started(kept)
    await dependency.answer(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await asking


async def test_an_error_reaches_all_who_wait_and_is_not_kept() -> None:
    dependency = Dependency()
    kept = caching(dependency, Clock())
    asking = [await started(kept) for _ in range(3)]
    await dependency.answer(Down())
    for each in asking:
        with pytest.raises(Down):
            await each
    await filled(dependency, kept, "fresh")
    assert len(dependency.calls) == 2


async def test_a_first_caller_who_is_cancelled_takes_nothing_from_the_others() -> None:
    dependency = Dependency()
    kept = caching(dependency, Clock())
    first, second = await started(kept), await started(kept)
    first.cancel()
    await settle()
    assert first.cancelled()
    await dependency.answer("for the second")
    assert (await second).value == "for the second"
    assert (await kept()).value == "for the second"
    assert len(dependency.calls) == 1


async def test_a_failure_that_nobody_waits_for_any_more_leaves_the_cache_usable() -> None:
    dependency = Dependency()
    kept = caching(dependency, Clock())
    only = await started(kept)
    only.cancel()
    await dependency.answer(Down())
    await filled(dependency, kept, "fresh")


async def test_with_no_time_to_live_every_question_is_a_call_of_its_own() -> None:
    dependency = Dependency()
    kept = cache(0, stale_if_error=300)(dependency.ask)
    asking = [await started(kept) for _ in range(3)]
    assert len(dependency.calls) == 3
    for call in dependency.calls:
        call.set_result("x")
    await asyncio.gather(*asking)
    assert kept.counters.hits == 0


async def test_it_forgets_what_was_unused_for_longest() -> None:
    calls: list[str] = []

    async def ask(key: str) -> str:
        calls.append(key)
        return key

    kept = cache(60, entries=2, clock=Clock())(ask)
    for key in ("a", "b", "a", "c", "a"):
        await kept(key)
    assert calls == ["a", "b", "c"]
    await kept("b")
    assert calls == ["a", "b", "c", "b"]
