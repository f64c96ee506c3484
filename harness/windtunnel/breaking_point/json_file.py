"""A breaking point as JSON."""

import msgspec

from windtunnel.breaking_point.point import BreakingPoint
from windtunnel.breaking_point.strength import Strength
from windtunnel.criteria import Ruling, Verdict


class _Trial(msgspec.Struct, frozen=True, kw_only=True):
    value: float | None
    """Of the varied parameter; null without the fault."""
    ruling: Ruling
    verdicts: tuple[Verdict, ...]


class _Report(msgspec.Struct, frozen=True, kw_only=True):
    fault: str
    dependency: str
    parameter: str
    criterion: str
    seed: int
    holds_without_the_fault: bool
    holds_to: float | None
    """In the parameter's own unit; null where not even the mildest value was shown to hold."""
    breaks_at: float | None
    """The mildest value beyond, at which it failed or was not shown to hold; null for none."""
    ran_out_of_time: bool
    statement: str
    trials: tuple[_Trial, ...]


def encode(found: BreakingPoint, strength: Strength, criterion: str, seed: int) -> str:
    """Return the JSON text."""
    report = _Report(
        fault=strength.kind,
        dependency=strength.dependency,
        parameter=strength.parameter,
        criterion=criterion,
        seed=seed,
        holds_without_the_fault=found.held_without,
        holds_to=None if found.held is None else strength.value(found.held),
        breaks_at=None if found.broke is None else strength.value(found.broke),
        ran_out_of_time=found.ran_out,
        statement=f"{found}",
        trials=tuple(
            _Trial(
                value=strength.value(trial.level) if trial.level else None,
                ruling=trial.ruling,
                verdicts=trial.verdicts,
            )
            for trial in found.trials
        ),
    )
    return msgspec.json.format(msgspec.json.encode(report)).decode() + "\n"
