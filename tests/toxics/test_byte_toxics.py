"""Each toxic, alone: what becomes of parcels, with time as an argument."""

import math
from typing import Any

import pytest

from tests.proxy.chance import chance
from tests.toxics.by_name import BYTE_TOXICS
from windtunnel.toxics.chunk import Action, Chunk
from windtunnel.toxics.connection_toxic import ByteToxic


def made(kind: str, *, opened: float = 0.0, seed: object = 0, **attributes: int) -> ByteToxic:
    settings = {**BYTE_TOXICS[kind].defaults, **attributes}
    assert not BYTE_TOXICS[kind].mistake(settings)
    return BYTE_TOXICS[kind](settings, chance(seed), opened)


def passed(toxic: ByteToxic, *chunks: Chunk) -> list[tuple[float, bytes, Action]]:
    return [
        (round(after.due, 6), after.data, after.action)
        for chunk in chunks
        for after in toxic.pass_on(chunk)
    ]


def total(toxic: ByteToxic, data: bytes) -> bytes:
    return b"".join(data for _, data, _ in passed(toxic, Chunk(0.0, data)))


def test_noop_changes_nothing() -> None:
    assert passed(made("noop"), Chunk(1.0, b"a", Action.EOF)) == [(1.0, b"a", Action.EOF)]


def test_latency_delays_data_and_its_end_follows_without_a_delay_of_its_own() -> None:
    toxic = made("latency", latency=100)
    assert passed(toxic, Chunk(1.0, b"a"), Chunk(1.05, b"b"), Chunk(1.06, b"", Action.EOF)) == [
        (1.1, b"a", Action.NONE),
        (1.15, b"b", Action.NONE),
        (1.15, b"", Action.EOF),
    ]


def test_jitter_stays_in_its_bounds_keeps_the_order_and_can_be_replayed() -> None:
    chunks = [(place / 1000, bytes([place])) for place in range(200)]

    def times(seed: int) -> list[float]:
        toxic = made("latency", latency=50, jitter=30, seed=seed)
        return [due for due, _, _ in passed(toxic, *(Chunk(*each) for each in chunks))]

    found = times(1)
    assert found == sorted(found)
    assert all(due >= sent + 0.020 for due, (sent, _) in zip(found, chunks, strict=True))
    assert max(d - s for d, (s, _) in zip(found, chunks, strict=True)) <= 0.080
    assert found == times(1) != times(2)


def test_jitter_above_the_latency_never_makes_data_early() -> None:
    toxic = made("latency", latency=1, jitter=1000)
    assert all(toxic.pass_on(Chunk(1.0, b"a"))[0].due >= 1.0 for _ in range(100))


def test_bandwidth_makes_each_slice_due_when_its_last_byte_has_had_time_to_pass() -> None:
    toxic = made("bandwidth", rate=1)
    assert passed(toxic, Chunk(0.0, b"x" * 250)) == [
        (0.1, b"x" * 100, Action.NONE),
        (0.2, b"x" * 100, Action.NONE),
        (0.25, b"x" * 50, Action.NONE),
    ]
    assert passed(toxic, Chunk(0.1, b"y", Action.EOF)) == [
        (0.251, b"y", Action.NONE),
        (0.251, b"", Action.EOF),
    ]


def test_bandwidth_saves_nothing_up_while_it_is_idle() -> None:
    toxic = made("bandwidth", rate=1)
    toxic.pass_on(Chunk(0.0, b"x" * 100))
    assert passed(toxic, Chunk(10.0, b"x" * 100)) == [(10.1, b"x" * 100, Action.NONE)]


def test_a_bandwidth_of_zero_holds_data_without_dropping_it() -> None:
    assert passed(made("bandwidth"), Chunk(0.0, b"a", Action.EOF)) == [(math.inf, b"a", Action.EOF)]


def test_bandwidth_begins_anew_when_what_it_held_is_let_go() -> None:
    toxic = made("bandwidth", rate=1)
    toxic.pass_on(Chunk(0.0, b"x" * 100_000))
    toxic.release(1.0)
    assert passed(toxic, Chunk(1.0, b"x"))[0][0] == pytest.approx(1.001)


def test_slow_close_delays_the_end_and_not_the_data() -> None:
    toxic = made("slow_close", delay=500)
    assert passed(toxic, Chunk(0.0, b"a"), Chunk(1.0, b"b", Action.EOF)) == [
        (0.0, b"a", Action.NONE),
        (1.0, b"b", Action.NONE),
        (1.5, b"", Action.EOF),
    ]


def test_timeout_drops_data_and_closes_after_the_silence_that_each_chunk_begins_anew() -> None:
    toxic = made("timeout", timeout=1000, opened=5.0)
    assert toxic.wake() == 6.0
    assert passed(toxic, Chunk(5.5, b"a")) == []
    assert toxic.wake() == 6.5
    (closing,) = toxic.woken(6.5)
    assert closing.action is Action.CLOSE


def test_a_timeout_of_zero_never_closes() -> None:
    assert made("timeout").wake() is None


def test_reset_peer_drops_the_data_and_resets_once_after_its_delay() -> None:
    toxic = made("reset_peer", timeout=200)
    assert passed(toxic, Chunk(1.0, b"a"), Chunk(1.1, b"b")) == [(1.2, b"", Action.RESET)]


def test_reset_peer_is_set_off_by_an_end_too() -> None:
    assert passed(made("reset_peer"), Chunk(1.0, b"", Action.EOF)) == [(1.0, b"", Action.RESET)]


def test_limit_data_lets_exactly_its_bytes_through_and_then_closes() -> None:
    toxic = made("limit_data", bytes=5)
    assert passed(toxic, Chunk(0.0, b"abc"), Chunk(1.0, b"defg"), Chunk(2.0, b"h")) == [
        (0.0, b"abc", Action.NONE),
        (1.0, b"de", Action.CLOSE),
    ]


def test_a_limit_of_zero_closes_on_the_first_chunk() -> None:
    assert passed(made("limit_data"), Chunk(0.0, b"a")) == [(0.0, b"", Action.CLOSE)]


def test_a_limit_lowered_below_what_has_passed_closes_on_the_next_chunk() -> None:
    toxic = made("limit_data", bytes=10)
    toxic.pass_on(Chunk(0.0, b"abcde"))
    assert isinstance(toxic.attributes, dict)
    toxic.attributes["bytes"] = 2
    assert passed(toxic, Chunk(1.0, b"f")) == [(1.0, b"", Action.CLOSE)]


def test_slicer_cuts_within_its_variation_and_spaces_the_slices() -> None:
    toxic = made("slicer", average_size=10, size_variation=3, delay=1000)
    slices = passed(toxic, Chunk(0.0, bytes(200)))
    sizes = [len(data) for _, data, _ in slices]
    assert sum(sizes) == 200
    assert all(7 <= size <= 13 for size in sizes[:-1])
    assert len(set(sizes)) > 1
    assert [due for due, _, _ in slices] == [round(n / 1000, 6) for n in range(len(slices))]


def test_slicer_takes_a_variation_beyond_its_average_and_loses_nothing() -> None:
    toxic = made("slicer", average_size=2, size_variation=1000)
    pieces = toxic.pass_on(Chunk(0.0, bytes(5000)))
    assert b"".join(piece.data for piece in pieces) == bytes(5000)
    assert all(1 <= len(piece.data) <= 1002 for piece in pieces)


@pytest.mark.parametrize("kind", ["noop", "latency", "bandwidth", "slow_close", "slicer"])
def test_a_toxic_that_only_delays_leaves_the_bytes_as_they_are(kind: str) -> None:
    attributes: dict[str, dict[str, int]] = {
        "bandwidth": {"rate": 3},
        "latency": {"latency": 7, "jitter": 7},
        "slicer": {"average_size": 7, "size_variation": 6},
    }
    data = chance(0).randbytes(10_000)
    assert total(made(kind, **attributes.get(kind, {})), data) == data


def test_connect_holds_only_the_first_data_of_a_connection() -> None:
    toxic = made("connect", latency=100, opened=1.0)
    assert passed(toxic, Chunk(1.0, b"a"), Chunk(1.01, b"b"), Chunk(1.5, b"c")) == [
        (1.1, b"a", Action.NONE),
        (1.1, b"b", Action.NONE),
        (1.5, b"c", Action.NONE),
    ]


def test_a_connection_that_was_idle_for_its_handshake_has_paid_for_it() -> None:
    assert passed(made("connect", latency=100), Chunk(0.2, b"a")) == [(0.2, b"a", Action.NONE)]


@pytest.mark.parametrize(
    ("kind", "attributes", "mistake"),
    [
        ("latency", {"latency": -1}, "latency must not be negative"),
        ("bandwidth", {"rate": -1}, "rate must not be negative"),
        ("limit_data", {"bytes": -1}, "bytes must not be negative"),
        ("slicer", {}, "average_size must be 1 or more"),
        (
            "slicer",
            {"average_size": 5, "size_variation": -5},
            "size_variation must not be negative",
        ),
    ],
)
def test_attributes_that_would_crash_toxiproxy_are_mistakes(
    kind: str, attributes: dict[str, Any], mistake: str
) -> None:
    assert (
        BYTE_TOXICS[kind].mistake({**BYTE_TOXICS[kind].defaults, **attributes}).startswith(mistake)
    )


@pytest.mark.parametrize("kind", BYTE_TOXICS)
def test_a_toxic_shows_its_type_and_attributes(kind: str) -> None:
    attributes = dict(BYTE_TOXICS[kind].defaults)
    assert str(attributes) in repr(BYTE_TOXICS[kind](attributes, chance(0), 0.0))
