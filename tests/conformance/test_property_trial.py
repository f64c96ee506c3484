"""What one trial makes of a shared target, and of a plan that cannot be carried out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import cast

import pytest

from tests.conformance.hand_made import OPENING, recording
from windtunnel.conformance.claims import Claims, Counting
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.failures import FAILURES
from windtunnel.conformance.kept_targets import KeptTargets, closed_again
from windtunnel.conformance.properties import PROPERTIES
from windtunnel.conformance.property_definition import Property, rule
from windtunnel.conformance.property_trial import PropertyTrial
from windtunnel.conformance.subject import Subject
from windtunnel.criteria import Ruling, Verdict
from windtunnel.errors import (
    InconclusiveVerdict,
    NotTestable,
    UnsupportedFault,
    VacuousFault,
    WindtunnelError,
)
from windtunnel.stack import Stack

SUBJECT = Subject(dependency="catalog", endpoint="/", claims=Claims(threshold=3), deadline=60.0)
STACK = cast(
    "Stack", SimpleNamespace(can=lambda _: True, backend=SimpleNamespace(name="none at all"))
)


@dataclass
class Kept:
    """Shared targets that note whether a fresh one was asked for."""

    fresh: list[bool] = field(default_factory=list)

    @contextmanager
    def experiment(self, *_: object, fresh: bool) -> Iterator[object]:
        self.fresh.append(fresh)
        yield SimpleNamespace(recording=lambda: recording(OPENING))


@dataclass
class Judged:
    """A property whose judge rules one after the other, or whose plan raises an error."""

    rulings: list[Ruling] = field(default_factory=list)
    error: Exception | None = None

    def plan(self, _: Experiment) -> None:
        if self.error is not None:
            raise self.error

    def judge(self, seen: Recording) -> Verdict:
        return rule(seen, "it", self.rulings.pop(0), "", steps=("opening",), needs="more")


def tried(
    judged: Judged, *, counts_failures: bool = False, counting: Counting | None = None
) -> tuple[Verdict, list[bool]]:
    """Return the verdict of a trial on shared targets, and which of them were fresh."""
    chosen: Property = replace(
        PROPERTIES[0], plan=judged.plan, judge=judged.judge, counts_failures=counts_failures
    )
    kept = Kept()
    subject = replace(SUBJECT, claims=Claims(threshold=3, counting=counting))
    trial = PropertyTrial(
        chosen, FAILURES["reset"], subject, lambda _: None, cast("KeptTargets", kept)
    )
    return trial(STACK).verdict, kept.fresh


@pytest.mark.parametrize(
    ("rulings", "ruling", "fresh"),
    [
        (["PASS"], "PASS", [False]),
        (["FAIL", "PASS"], "PASS", [False, True]),
        (["FAIL", "FAIL"], "FAIL", [False, True]),
        (["INCONCLUSIVE", "PASS"], "PASS", [False, True]),
        (["INCONCLUSIVE", "FAIL"], "FAIL", [False, True]),
        (["INCONCLUSIVE", "INCONCLUSIVE"], "INCONCLUSIVE", [False, True]),
    ],
)
def test_a_fresh_target_has_the_last_word(
    rulings: list[str], ruling: str, fresh: list[bool]
) -> None:
    found, asked = tried(Judged([Ruling(each) for each in rulings]))
    assert (found.ruling, asked) == (ruling, fresh)


@pytest.mark.parametrize(
    ("counting", "fresh"), [(Counting.CONSECUTIVE, False), (Counting.WINDOW, True)]
)
def test_what_counts_failures_wants_a_target_that_remembers_none(
    counting: Counting,
    fresh: bool,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    judged = Judged([Ruling.PASS])
    assert tried(judged, counts_failures=True, counting=counting)[1] == [fresh]


@pytest.mark.parametrize(
    ("error", "said", "needs", "attempts"),
    [
        (NotTestable("no window", needs="one"), "no window.", "one", 2),
        (UnsupportedFault("no way"), "no way.", "a dependency that this fault can strike", 1),
        (VacuousFault("nothing\nat all"), "nothing", "calls that the fault can strike", 1),
        (InconclusiveVerdict("open\nstill"), "open", "calls that the fault can strike", 1),
        (
            WindtunnelError("it fell"),
            "it could not be put to the test: it fell",
            "what this error says",
            1,
        ),
    ],
)
def test_a_plan_that_cannot_be_carried_out_leaves_it_open(
    error: Exception, said: str, needs: str, attempts: int
) -> None:
    found, asked = tried(Judged(error=error))
    assert (found.ruling, found.statement, found.needs) == (Ruling.INCONCLUSIVE, said, needs)
    assert len(asked) == attempts


@pytest.mark.parametrize("error", [WindtunnelError("gone"), InconclusiveVerdict("unsure")])
def test_a_target_that_cannot_be_asked_is_not_shown_to_be_closed(error: Exception) -> None:
    def ask(*_: object) -> bool:
        raise error

    broken = SimpleNamespace(next_open_time=0.4, claims=Claims(), all_answered=ask)
    assert not closed_again(cast("Experiment", broken))
