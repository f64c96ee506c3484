"""A direction writes what is due, passes ends on, and holds its source back."""

import asyncio
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import cast

import pytest

from tests.proxy.chance import chance
from tests.toxics.by_name import BYTE_TOXICS
from windtunnel.proxy.byte_counts import ByteCounts
from windtunnel.proxy.direction import HIGH_WATER, PIECE, Direction
from windtunnel.timers import TimerHandle, Timers
from windtunnel.toxics.chunk import Action, Activity, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


class FakeTransport:
    """Records what a direction does to it."""

    def __init__(self) -> None:
        self.written = b""
        self.paused = False

    def write(self, data: bytes) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        assert not self.paused
        self.paused = True

    def resume_reading(self) -> None:
        assert self.paused
        self.paused = False


class FakeTimers:
    """Keeps what was asked for."""

    def __init__(self) -> None:
        self.handles: list[TimerHandle] = []

    def call_at(self, at: float, callback: Callable[[], None]) -> TimerHandle:
        self.handles.append(TimerHandle(at, callback))
        return self.handles[-1]

    @property
    def armed(self) -> list[TimerHandle]:
        return [handle for handle in self.handles if handle.callback]


class Bench:
    """A direction between two fake transports."""

    def __init__(self) -> None:
        self.source, self.sink, self.timers = FakeTransport(), FakeTransport(), FakeTimers()
        self.finished: list[Action] = []
        self.arrived: list[bytes] = []
        self.delivered: list[bytes] = []
        self.direction = Direction(
            cast("Timers", self.timers),
            Activity(),
            # A test may put another in its place.
            arrived=lambda data, now: self.arrive(data, now),  # noqa: PLW0108 - the reason above
            delivered=lambda data, now: self.delivered.append(data),
            finish=self.finished.append,
        )
        self.arrive: Callable[[bytes, float], None] = lambda data, now: self.arrived.append(data)
        self.direction.source = cast("asyncio.Transport", self.source)
        self.direction.sink = cast("asyncio.Transport", self.sink)
        self.direction.deliver()

    def use(self, kind: str, **attributes: int) -> None:
        self.direction.replace([made(kind, **attributes)], flush=False)

    def feed(self, data: bytes, action: Action = Action.NONE) -> None:
        self.direction.feed(data, time.monotonic(), action)


def made(kind: str, **attributes: int) -> ByteToxic:
    return BYTE_TOXICS[kind]({**BYTE_TOXICS[kind].defaults, **attributes}, chance(0), 0.0)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_without_toxics_data_is_written_at_once_and_no_timer_is_set(bench: Bench) -> None:
    bench.feed(b"a")
    assert bench.sink.written == b"a"
    assert bench.delivered == [b"a"]
    assert not bench.timers.handles


def test_data_waits_for_the_connection_to_the_other_side(bench: Bench) -> None:
    bench.direction.stop()
    bench.feed(b"a")
    assert not bench.delivered
    bench.direction.sink = cast("asyncio.Transport", bench.sink)
    bench.direction.deliver()
    assert bench.sink.written == b"a"


def test_one_timer_is_armed_for_what_is_due_next(bench: Bench) -> None:
    bench.use("latency", latency=60_000)
    before = time.monotonic()
    bench.feed(b"a")
    bench.feed(b"b")
    assert not bench.delivered
    (handle,) = bench.timers.armed
    assert handle.at >= before + 60


def test_removing_a_toxic_lets_what_it_held_go(bench: Bench) -> None:
    bench.use("latency", latency=60_000)
    bench.feed(b"a")
    bench.direction.replace([], flush=True)
    assert bench.sink.written == b"a"
    assert not bench.timers.armed


def test_an_end_is_passed_on_after_its_data(bench: Bench) -> None:
    bench.feed(b"a", Action.EOF)
    assert bench.sink.written == b"a"
    assert bench.finished == [Action.EOF]


def test_nothing_follows_a_close(bench: Bench) -> None:
    bench.direction.put([Chunk(0.0, b"a", Action.CLOSE), Chunk(0.0, b"b")])
    assert bench.finished == [Action.CLOSE]
    assert bench.sink.written == b"a"


def test_a_full_sink_pauses_the_source_until_it_has_room(bench: Bench) -> None:
    bench.direction.sink_is_full(full=True)
    assert bench.source.paused
    bench.direction.sink_is_full(full=False)
    assert not bench.source.paused


def test_a_pipeline_that_holds_too_much_pauses_the_source_until_it_is_flushed(
    bench: Bench,
) -> None:
    bench.use("latency", latency=60_000)
    chunk = bytes(2**16)
    fed = 0
    while not bench.source.paused:
        bench.feed(chunk)
        fed += len(chunk)
    assert fed <= HIGH_WATER + 2 * len(chunk)
    bench.direction.replace([], flush=True)
    assert not bench.source.paused
    assert len(bench.sink.written) == fed


def test_what_else_it_fills_pauses_the_source_too(bench: Bench) -> None:
    crowded = [True]
    bench.direction.divert(lambda data: data, lambda: crowded[0])
    assert bench.source.paused
    crowded[0] = False
    bench.direction.regulate()
    assert not bench.source.paused


def test_what_goes_through_is_what_is_written_and_recorded(bench: Bench) -> None:
    bench.direction.divert(lambda data: data.replace(b"secret", b""))
    bench.feed(b"a secret b")
    bench.feed(b"secret")
    assert bench.sink.written == b"a  b"
    assert bench.delivered == [b"a  b"]
    assert bench.direction.counts == ByteCounts(taken=16, given=4)


def test_nothing_is_written_while_what_it_fills_holds_too_much(bench: Bench) -> None:
    filled: list[bytes] = []

    def through(data: bytes) -> bytes:
        filled.append(data)
        return data

    bench.direction.divert(through, lambda: len(filled) == 2)
    bench.feed(bytes(3 * PIECE), Action.EOF)
    assert len(bench.sink.written) == 2 * PIECE
    assert bench.source.paused
    assert not bench.finished
    filled.clear()
    bench.direction.deliver()
    assert len(bench.sink.written) == 3 * PIECE
    assert bench.finished == [Action.EOF]
    assert not bench.source.paused


def test_after_it_stopped_nothing_is_written(bench: Bench) -> None:
    bench.use("latency", latency=60_000)
    bench.feed(b"a")
    bench.direction.stop()
    bench.direction.replace([], flush=True)
    assert not bench.sink.written
    assert not bench.timers.armed


def test_what_waits_for_the_connection_pauses_the_source_until_it_is_there(bench: Bench) -> None:
    bench.direction.stop()
    chunk = bytes(2**16)
    fed = 0
    while not bench.source.paused:
        bench.feed(chunk)
        fed += len(chunk)
        assert fed <= HIGH_WATER + 2 * len(chunk)
    bench.direction.sink = cast("asyncio.Transport", bench.sink)
    bench.direction.deliver()
    assert not bench.source.paused
    assert len(bench.sink.written) == fed


def test_what_may_pass_straight_is_written_told_of_and_counted_as_it_comes(bench: Bench) -> None:
    passed: list[bytes] = []
    bench.direction.let_pass(lambda data, now: passed.append(data))
    bench.direction.receive(b"ab")
    assert bench.sink.written == b"ab"
    assert passed == [b"ab"]
    assert bench.direction.counts == ByteCounts(taken=2, given=2)
    assert not bench.arrived
    assert not bench.delivered


@pytest.mark.parametrize(
    "disturb",
    [
        lambda bench: bench.use("latency", latency=60_000),
        lambda bench: bench.direction.let_pass(None),
        lambda bench: bench.direction.divert(lambda data: data),
        lambda bench: bench.direction.stop(),
    ],
    ids=["toxic", "looked at", "diverted", "stopped"],
)
def test_nothing_passes_straight_once_something_is_in_the_way(
    bench: Bench, disturb: Callable[[Bench], None]
) -> None:
    bench.direction.let_pass(lambda data, now: None)
    bench.direction.receive(b"a")
    disturb(bench)
    bench.direction.receive(b"b")
    assert bench.sink.written == b"a"
    assert bench.arrived == [b"b"]


def test_nothing_passes_straight_while_something_older_waits(bench: Bench) -> None:
    bench.direction.let_pass(lambda data, now: None)
    bench.use("latency", latency=60_000)
    bench.feed(b"a")
    bench.direction.replace([], flush=False)
    bench.direction.receive(b"b")
    assert bench.arrived == [b"b"]
    bench.direction.replace([], flush=True)
    bench.direction.receive(b"c")
    assert bench.sink.written == b"ac"


@pytest.mark.parametrize("seed", range(20))
def test_toxics_that_come_and_go_between_any_two_chunks_lose_and_reorder_nothing(
    bench: Bench, seed: int
) -> None:
    fate = chance(seed)
    direction = bench.direction
    bench.arrive = direction.feed
    direction.let_pass(lambda data, now: None)
    choices: list[tuple[str, dict[str, int]]] = [
        ("noop", {}),
        ("latency", {"latency": 60_000, "jitter": 1000}),
        ("latency", {}),
        ("bandwidth", {}),
        ("bandwidth", {"rate": 10}),
        ("slicer", {"average_size": 3, "size_variation": 2, "delay": 100}),
    ]
    sent = b""
    for _ in range(300):
        if fate.random() < 0.2:
            toxics = [made(kind, **fields) for kind, fields in fate.sample(choices, 2)]
            direction.replace(toxics[: fate.randrange(3)], flush=fate.random() < 0.7)
        if fate.random() < 0.1:
            for handle in bench.timers.armed:
                assert handle.callback is not None
                handle.callback()
        chunk = fate.randbytes(fate.randrange(1, 30))
        sent += chunk
        direction.receive(chunk)
        assert sent.startswith(bench.sink.written)
    direction.replace([], flush=True)
    direction.receive(b"end")
    assert bench.sink.written == sent + b"end"
    assert direction.counts == ByteCounts(taken=len(sent) + 3, given=len(sent) + 3)
    assert not bench.timers.armed


def test_a_chunk_that_nothing_waits_for_takes_one_call_of_ours(bench: Bench) -> None:
    """What it costs, counted: times would be the machine's."""
    called: list[str] = []

    def count(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_globals["__name__"].startswith("windtunnel."):
            called.append(frame.f_code.co_name)

    bench.direction.let_pass(lambda data, now: None)
    sys.setprofile(count)
    try:
        bench.direction.receive(b"a")
    finally:
        sys.setprofile(None)
    assert called == ["receive"]
