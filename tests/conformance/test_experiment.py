"""A plan asks as often as it must, however slow the machine is."""

import time
from dataclasses import replace
from typing import cast

import pytest

from tests.conformance.hand_made import OPENING, Call, failed, kept, part, recording
from windtunnel.backends.wall_clock import WallClock
from windtunnel.conformance import experiment as module
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.experiment import UNKNOWN_MOST, Experiment
from windtunnel.conformance.experiment_recording import Opening, opening
from windtunnel.conformance.subject import UNSEEN, Subject
from windtunnel.errors import NotTestable
from windtunnel.records import Run

THREE = Claims(threshold=3)


class Late(Experiment):
    """An experiment on which a request is sent and kept back."""

    def __init__(self) -> None:
        self.dependency = "catalog"
        self.deadline = 60.0
        self.sent: list[str] = []

    def drive(self, step: str, requests: int, **_: object) -> Run:
        self.sent.append(step)
        return recording(part(step, kept(0.1))).run(step)

    def _with_evidence(self, run: Run) -> Run:
        return run


def test_one_probe_is_sent_after_the_time_for_it_is_over() -> None:
    experiment = Late()
    until = time.monotonic() - 1.0
    assert not experiment.probe("waiting", every=0.01, until=until, successfully=False)
    assert experiment.sent == ["waiting"]


def test_probes_come_further_apart_the_longer_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = Late()
    now, pauses = 0.05, list[float]()

    def pause(seconds: float) -> None:
        nonlocal now
        now += seconds
        pauses.append(seconds)

    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(experiment, "pause", pause, raising=False)
    assert not experiment.probe("waiting", every=0.1, until=0.85, successfully=False, slower=0.5)
    assert pauses == pytest.approx([0.1, 0.15, 0.225, 0.3375])


def test_a_wall_clock_is_checked_once_and_before_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    experiment = Late()
    own = cast("WallClock", object())
    checked: list[object] = []
    monkeypatch.setattr(module, "check_clock", lambda clock, *_: checked.append(clock))
    for name in ("_clock", "_target", "_stack", "pause"):
        monkeypatch.setattr(
            experiment, name, own if name == "_clock" else Anything(), raising=False
        )
    experiment._clock_checked = False
    assert experiment.clock is own
    assert checked == [own]
    assert experiment.clock is own
    assert checked == [own]


class Anything:
    """Has whatever is asked for."""

    def __getattr__(self, name: str) -> "Anything":
        return Anything()


class Asked(Late):
    """An experiment in which one request after another has the outcome that it is given."""

    def __init__(self, *whole: Call, claims: Claims = THREE, seen: int | None = None) -> None:
        super().__init__()
        self.workers_met = 1
        self.claims = claims
        self._subject = Subject(
            dependency="catalog",
            endpoint="/",
            claims=claims,
            deadline=60.0,
            observed=replace(UNSEEN, failures=seen),
        )
        self.threshold = self._subject.threshold
        self._steps: list[tuple[str, list[Run]]] = []
        self._whole = whole

    def drive(self, step: str, requests: int, **_: object) -> Run:
        self.sent.append(step)
        run = recording(part(step, *self._whole[: len(self.sent)])).run(step)
        self._steps = [(step, [run])]
        return run


@pytest.mark.parametrize(
    ("claims", "seen", "most"),
    [
        (Claims(threshold=3), None, 20),
        (Claims(threshold=6), None, 24),
        (Claims(), 7, 28),
        (Claims(), None, UNKNOWN_MOST),
    ],
)
def test_so_many_failures_are_tried_until_it_is_taken_never_to_open(
    claims: Claims, seen: int | None, most: int
) -> None:
    experiment = Asked(*(failed(n * 0.01) for n in range(300)), claims=claims, seen=seen)
    assert experiment.until_silent("opening") is None
    assert len(experiment.sent) == most


def test_it_opens_when_the_last_failure_is_answered_not_when_its_call_ends() -> None:
    found = opening(recording(OPENING).run("opening"), "catalog")
    assert found == Opening(earliest=0.0201, latest=0.022, failures=3)


def test_an_opening_that_was_probed_meanwhile_is_tried_again() -> None:
    """Its breaker probes before three requests were kept back."""
    calls = [*(failed(n * 0.01) for n in range(3)), kept(0.4), failed(0.6), kept(0.7)]
    experiment = Asked(*calls, kept(0.8), kept(0.9))
    with pytest.raises(NotTestable, match="before 3 requests were kept back") as raised:
        experiment.open()
    assert raised.value.again
    assert len(experiment.sent) == 5
