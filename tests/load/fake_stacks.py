"""Stacks on which nothing runs, for searches, and the trials that these look at."""

from collections.abc import Iterator
from contextlib import contextmanager

from windtunnel.breaking_point import StrengthTrial
from windtunnel.criteria import Ruling, Verdict
from windtunnel_faults import Fault


def ruled(level: float, ruling: Ruling) -> StrengthTrial:
    needs = "more" if ruling is Ruling.INCONCLUSIVE else ""
    verdict = Verdict(criterion="c", subject="s", ruling=ruling, statement=".", needs=needs)
    return StrengthTrial(level, (verdict,))


class FakeTarget(list[object]):
    """Notes what is done to it."""

    @contextmanager
    def ending_by(self, moment: float) -> Iterator[None]:
        yield


class FakeStack:
    """Notes what is started and injected, in order."""

    def __init__(self) -> None:
        self.log = FakeTarget()

    @contextmanager
    def target(self) -> Iterator[FakeTarget]:
        self.log.append("target")
        yield self.log

    @contextmanager
    def inject(self, fault: Fault) -> Iterator[None]:
        self.log.append(fault)
        yield
        self.log.append("healed")
