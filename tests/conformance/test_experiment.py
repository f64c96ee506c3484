"""A plan asks as often as it must, however slow the machine is."""

import time

import pytest

from tests.conformance.hand_made import failed, kept, part, recording
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.subject import Subject
from windtunnel.errors import NotTestable
from windtunnel.records import Run


class Late(Experiment):
    """A experiment on which a request is sent and kept back."""

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


class Probed(Late):
    """A experiment whose breaker probes before three requests were kept back."""

    def __init__(self) -> None:
        super().__init__()
        self.threshold = 3
        self.workers_met = 1
        self.claims = Claims(threshold=3)
        self._subject = Subject(
            dependency="catalog", endpoint="/", claims=self.claims, deadline=60.0
        )
        self._steps: list[tuple[str, list[Run]]] = []
        calls = [*(failed(n * 0.01) for n in range(3)), kept(0.4), failed(0.6), kept(0.7)]
        self._whole = [*calls, kept(0.8), kept(0.9)]

    def drive(self, step: str, requests: int, **_: object) -> Run:
        self.sent.append(step)
        run = recording(part(step, *self._whole[: len(self.sent)])).run(step)
        self._steps = [(step, [run])]
        return run


def test_an_opening_that_was_probed_meanwhile_is_tried_again() -> None:
    experiment = Probed()
    with pytest.raises(NotTestable, match="before 3 requests were kept back") as raised:
        experiment.open()
    assert raised.value.again
    assert len(experiment.sent) == 5
