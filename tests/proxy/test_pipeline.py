"""A pipeline hands parcels out when they are due, in order, and never before."""

import pytest

from tests.proxy.chance import chance
from tests.toxics.by_name import BYTE_TOXICS
from windtunnel.proxy.pipeline import OVERHEAD, Pipeline
from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


def toxic(kind: str, **attributes: int) -> ByteToxic:
    return BYTE_TOXICS[kind]({**BYTE_TOXICS[kind].defaults, **attributes}, chance(0), 0.0)


def due(pipeline: Pipeline, now: float) -> bytes:
    return b"".join(chunk.data for chunk in pipeline.due(now))


def test_what_is_not_taken_goes_on_waiting() -> None:
    pipeline = Pipeline()
    for data in (b"a", b"b", b"c"):
        pipeline.feed(data, 0.0)
    assert next(pipeline.due(1.0)).data == b"a"
    assert due(pipeline, 1.0) == b"bc"


def test_without_toxics_bytes_are_due_at_once() -> None:
    pipeline = Pipeline()
    assert pipeline.clear
    pipeline.feed(b"a", 1.0)
    assert not pipeline.clear
    assert due(pipeline, 1.0) == b"a"
    assert pipeline.clear


def test_nothing_is_due_before_its_time_and_the_next_time_is_known() -> None:
    pipeline = Pipeline([toxic("latency", latency=100)])
    pipeline.feed(b"a", 1.0)
    assert pipeline.next() == pytest.approx(1.1)
    assert due(pipeline, 1.099) == b""
    assert due(pipeline, 1.1) == b"a"
    assert pipeline.next() is None


def test_toxics_work_one_after_another() -> None:
    pipeline = Pipeline([toxic("latency", latency=100), toxic("bandwidth", rate=1)])
    pipeline.feed(b"x" * 100, 0.0)
    assert pipeline.next() == pytest.approx(0.2)


def test_a_toxic_that_is_added_later_lets_nothing_overtake_what_waits() -> None:
    pipeline = Pipeline([toxic("latency", latency=1000)])
    pipeline.feed(b"a", 0.0)
    pipeline.toxics = [toxic("noop")]
    pipeline.feed(b"b", 0.5)
    assert due(pipeline, 0.9) == b""
    assert due(pipeline, 1.0) == b"ab"


def test_parcels_put_with_times_of_their_own_keep_their_order() -> None:
    pipeline = Pipeline()
    pipeline.put([Chunk(2.0, b"a"), Chunk(1.0, b"b")], 1.0)
    assert due(pipeline, 1.5) == b""
    assert due(pipeline, 2.0) == b"ab"


def test_flush_lets_everything_go_even_what_was_held_for_ever() -> None:
    pipeline = Pipeline([toxic("bandwidth")])
    pipeline.feed(b"a", 0.0)
    pipeline.feed(b"b", 0.0, Action.EOF)
    assert pipeline.next() is None
    assert due(pipeline, 1e9) == b""
    pipeline.flush(5.0)
    chunks = list(pipeline.due(5.0))
    assert [chunk.data for chunk in chunks] == [b"a", b"b"]
    assert chunks[-1].action is Action.EOF


def test_its_size_counts_what_waits_down_to_nothing() -> None:
    pipeline = Pipeline([toxic("bandwidth", rate=1)])
    pipeline.feed(b"x" * 1000, 0.0)
    assert pipeline.size == 1000 + 10 * OVERHEAD
    list(pipeline.due(0.5))
    assert pipeline.size == 500 + 5 * OVERHEAD
    list(pipeline.due(10.0))
    assert pipeline.size == 0


def test_a_toxic_that_waits_for_silence_is_woken() -> None:
    pipeline = Pipeline([toxic("timeout", timeout=100)])
    assert pipeline.next() == pytest.approx(0.1)
    assert [chunk.action for chunk in pipeline.due(0.1)] == [Action.CLOSE]


def test_only_toxics_that_saw_something_are_touched() -> None:
    pipeline = Pipeline([toxic("timeout"), toxic("latency", latency=1)])
    assert [each.touched for each in pipeline.toxics] == [None, None]
    pipeline.feed(b"a", 1.5)
    assert [each.touched for each in pipeline.toxics] == [1.5, None]


@pytest.mark.parametrize("later", ["timeout", "bandwidth", "latency"])
def test_a_toxic_that_was_woken_asks_for_no_time_that_is_past(later: str) -> None:
    holds = toxic(later, latency=1000) if later == "latency" else toxic(later)
    pipeline = Pipeline([toxic("timeout", timeout=300), holds])
    list(pipeline.due(0.3))
    following = pipeline.next()
    assert following is None or following > 0.3


@pytest.mark.parametrize("action", [Action.CLOSE, Action.RESET])
def test_a_timeout_passes_on_what_another_toxic_ends(action: Action) -> None:
    pipeline = Pipeline([toxic("timeout")])
    pipeline.feed(b"a", 0.0, action)
    assert list(pipeline.due(0.0)) == [Chunk(0.0, b"", action)]
