"""Columns: exact quantiles, exact merging, and one record a request."""

import math
import tracemalloc

import numpy as np
import pytest

from tests.load import hand_made_runs
from windtunnel.load.recorder import PACK, LoadRecorder
from windtunnel.records.answer_notes import AnswerNotes
from windtunnel.records.request_failure import RequestFailure
from windtunnel.records.sampled_responses import SampledResponses
from windtunnel.records.samples import ROW, Samples


def test_quantiles_are_those_of_an_exact_recomputation() -> None:
    latencies = np.random.default_rng(1).exponential(0.01, 10_007)
    own = hand_made_runs.samples(latencies.tolist())
    shares = (0.5, 0.9, 0.99, 0.999, 1.0)
    ordered = sorted(own.latencies.tolist())
    expected = [ordered[math.ceil(share * len(ordered) - 1e-9) - 1] for share in shares]
    assert own.quantiles(shares) == tuple(expected)


def test_quantiles_of_nothing_are_not_a_number() -> None:
    assert math.isnan(hand_made_runs.samples([]).quantiles([0.5])[0])


def test_requests_without_an_answer_have_no_latency() -> None:
    assert len(hand_made_runs.samples([0.1] * 10, failed=(2, 5)).latencies) == 8


def test_merging_keeps_every_request_in_order_of_its_end() -> None:
    one, other = hand_made_runs.samples([0.3, 0.1, 0.2]), hand_made_runs.samples([0.05, 0.25])
    merged = Samples.merged([one, other])
    assert merged.ended.tolist() == sorted([*one.ended.tolist(), *other.ended.tolist()])
    assert sorted(merged.latencies.tolist()) == pytest.approx([0.05, 0.1, 0.2, 0.25, 0.3])


def test_a_recorder_gives_back_what_it_took_over_several_buffers() -> None:
    recorder = LoadRecorder()
    count = 70_000
    for n in range(count):
        recorder.write(PACK(n, n + 1, n + 2, n + 3, n, 200, 1, 2, 1))
        if n % 1000 == 0:
            recorder.tend()
    assert len(recorder) == count
    taken, whole = recorder.finish(("/a", "/b"))
    assert whole is None
    assert taken.intended.tolist() == list(range(count))
    assert taken.ended[-1] == count + 2
    assert set(taken.failure.tolist()) == {RequestFailure.REFUSED}


def test_draining_gives_every_request_once() -> None:
    recorder = LoadRecorder()
    parts = []
    for n in range(5):
        recorder.write(PACK(n, n, n, n, 0, 200, 0, 0, 0))
        if n % 2:
            parts.append(np.frombuffer(recorder.drain(), ROW))
    parts.append(np.frombuffer(recorder.drain(), ROW))
    assert Samples.of_rows(("/",), np.concatenate(parts)).intended.tolist() == [0, 1, 2, 3, 4]


def test_a_record_takes_less_than_a_hundred_bytes() -> None:
    tracemalloc.start()
    recorder = LoadRecorder()
    count = 65_536
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for n in range(count):
        recorder.write(PACK(0, 0, 0, 0, 0, 200, 0, 0, 0))
        if n % 1000 == 0:
            recorder.tend()
    taken, _ = recorder.finish(("/",))
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert len(taken) == count
    # The columns and the rows that they are copied from are held at once, and no more.
    assert peak / count < 100


def test_responses_are_the_records_of_single_requests() -> None:
    own = hand_made_runs.samples([0.1, 0.2], failed=(1,), names=("/a", "/b"))
    responses = SampledResponses(own, ((), ()), AnswerNotes())
    first, second = responses
    assert responses[-1] == second == responses[::-1][0]
    assert (first.endpoint, first.status, first.failure) == ("/a", 200, RequestFailure.NONE)
    assert first.duration == pytest.approx(0.1)
    assert (second.endpoint, second.status, second.failure) == (
        "/b",
        None,
        RequestFailure.TIMED_OUT,
    )
