"""A plan asks as often as it must, however slow the machine is."""

import time

from harness.conformance.stage import Stage
from harness.records import Run
from tests.conformance.hand_made import kept, part, recording


class Late(Stage):
    """A stage on which a request is sent and kept back."""

    def __init__(self) -> None:
        self.dependency = "catalog"
        self.deadline = 60.0
        self.sent: list[str] = []

    def drive(self, step: str, requests: int, **_: object) -> Run:  # type: ignore[override]  # less
        self.sent.append(step)
        return recording(part(step, kept(0.1))).run(step)

    def _with_evidence(self, run: Run) -> Run:
        return run


def test_one_probe_is_sent_after_the_time_for_it_is_over() -> None:
    stage = Late()
    until = time.monotonic() - 1.0
    assert not stage.probe("waiting", every=0.01, until=until, successfully=False)
    assert stage.sent == ["waiting"]
