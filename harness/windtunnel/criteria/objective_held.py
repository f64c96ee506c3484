"""An objective holds under load, judged by a confidence interval."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from windtunnel.criteria import intervals
from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.explaining_waits import explaining_wait
from windtunnel.criteria.generator_kept_up import conditions_of_load, generator_kept_up, may_be_own
from windtunnel.criteria.good_answers import LEAST_GOOD, MORE_GOOD, are_enough, instead
from windtunnel.criteria.intervals import CONFIDENCE
from windtunnel.criteria.objective import Objective, ObjectiveFigure
from windtunnel.criteria.strained_generator import WAITED
from windtunnel.criteria.verdict import (
    Category,
    Finding,
    Ruling,
    Verdict,
    decide_above,
    decide_below,
)
from windtunnel.records.load_run import LoadRun
from windtunnel.records.samples import Samples

BLOCKS = 20 * intervals.BATCHES
"""Successive means that batches are made of, so that a million values cost no more than these."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A figure under judgement. Requests are in the order in which they were due."""

    run: LoadRun
    samples: Samples
    wanted: Objective
    confidence: float
    open: Verdict
    """The verdict as it is before anything is decided."""


def objective_held(run: LoadRun, objective: Objective, confidence: float = CONFIDENCE) -> Verdict:
    """Judge one objective.

    Figures of time are of good answers; too few of them leave it INCONCLUSIVE. A quantile is judged
    by the share of requests that took longer than its limit, and one without an answer counts as
    longer. A mean takes a request that timed out with the time that its caller waited. Where only a
    part of the requests was kept, it is judged by that random part, whose interval is the wider.

    Where the load engine was the bottleneck, INCONCLUSIVE, unless the objective fails by what the
    engine cannot have caused; and where a figure of time fails while others kept this machine busy.
    """
    samples = run.samples.select(np.argsort(run.samples.intended, kind="stable"))
    nothing = Verdict(
        criterion=str(objective),
        criterion_id="objective_held",
        mechanism="objective",
        subject=run.url or run.engine,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{len(samples)} requests.",
        needs=f"{LEAST_GOOD} requests or more",
        category=Category.UNSCORED,
        conditions=conditions_of_load(run),
    )
    if len(samples) < LEAST_GOOD:
        return nothing
    judged = _Judged(run, samples, objective, confidence, nothing)
    judge: Callable[[_Judged], Verdict] = {
        ObjectiveFigure.QUANTILE: _quantile,
        ObjectiveFigure.MEAN: _mean,
        ObjectiveFigure.ERRORS: _errors,
        ObjectiveFigure.THROUGHPUT: _throughput,
    }[objective.figure]
    verdict = judge(judged)
    if verdict.ruling is Ruling.FAIL:
        wait = explaining_wait(run, objective, verdict.lower or 0.0)
        verdict = blame_no_crowd(verdict, run.machine, wait)
    if verdict.ruling is Ruling.INCONCLUSIVE:
        return replace(verdict, needs=verdict.needs or "a longer run, or a quieter machine")
    return replace(verdict, needs="")


def _quantile(judged: _Judged) -> Verdict:
    samples, wanted = judged.samples, judged.wanted
    if (few := _too_few(judged)) is not None:
        return few
    timed = samples.select(samples.good | ~samples.answered)
    took = np.where(timed.answered, timed.ended - timed.intended, np.inf)
    found = _share(took >= wanted.limit, judged.confidence)
    [value] = timed.quantiles([wanted.share])
    allowed = 1 - wanted.share
    unanswered = int(np.count_nonzero(~timed.answered))
    if np.isinf(value):
        slowest = f"of {len(timed)} requests {unanswered} got no answer"
    else:
        slowest = f"{wanted.share * 100:g} % took {value * 1000:.2f} ms at most"
    longer = f"{found.value:.3%} took {wanted.limit * 1000:g} ms or longer"
    if unanswered:
        longer += " or were not answered"
    verdict = replace(
        judged.open,
        ruling=decide_below(found.lower, found.upper, allowed),
        measured=f"{slowest}.",
        statement=(
            f"{slowest}; {longer} ({_interval(found, judged.confidence)}), allowed under"
            f" {allowed:.3%}."
        ),
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        unit="share",
        needs="",
        findings=((Finding(f"p{wanted.share * 100:g}", value, "s"),) if np.isfinite(value) else ()),
    )

    def fails(doubtful: NDArray[np.bool_], delay: float) -> bool:
        sure = _share((took - delay >= wanted.limit) & ~doubtful, judged.confidence)
        return sure.lower >= allowed

    return _under_strain(judged, verdict, timed, fails)


def _errors(judged: _Judged) -> Verdict:
    run, samples, wanted = judged.run, judged.samples, judged.wanted
    found = _share(~samples.good, judged.confidence)
    kinds = ", ".join(f"{count} {kind.text}" for kind, count in run.failures().items())
    verdict = replace(
        judged.open,
        ruling=decide_below(found.lower, found.upper, wanted.limit),
        measured=f"{found.value:.3%} errors.",
        statement=(
            f"{found.value:.3%} errors ({_interval(found, judged.confidence)}"
            f"{'; ' + kinds if kinds else ''}), allowed under {wanted.limit:.3%}."
        ),
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        unit="share",
        needs="",
    )

    def fails(doubtful: NDArray[np.bool_], delay: float) -> bool:
        del delay
        return _share(~samples.good & ~doubtful, judged.confidence).lower >= wanted.limit

    return _under_strain(judged, verdict, samples, fails)


def _mean(judged: _Judged) -> Verdict:
    samples, wanted = judged.samples, judged.wanted
    if (few := _too_few(judged)) is not None:
        return few
    timed = samples.select(samples.good | _waited(samples))
    took = timed.ended - timed.intended
    found = intervals.mean(_blocks(took), judged.confidence)
    if found is None:
        return judged.open
    waited = int(np.count_nonzero(_waited(timed)))
    beside = f", {waited} that got no answer with the time they waited" if waited else ""
    verdict = replace(
        judged.open,
        ruling=decide_below(found.lower, found.upper, wanted.limit),
        measured=f"mean {found.value * 1000:.2f} ms.",
        statement=(
            f"mean {found.value * 1000:.2f} ms ({judged.confidence * 100:.5g}% interval"
            f" {found.lower * 1000:.2f} to {found.upper * 1000:.2f} ms{beside}), allowed under"
            f" {wanted.limit * 1000:g} ms."
        ),
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        unit="s",
        needs="",
    )

    def fails(doubtful: NDArray[np.bool_], delay: float) -> bool:
        sure = np.where(doubtful, 0.0, np.maximum(0.0, took - delay))
        least = intervals.mean(_blocks(sure), judged.confidence)
        return least is not None and least.lower >= wanted.limit

    return _under_strain(judged, verdict, timed, fails)


def _throughput(judged: _Judged) -> Verdict:
    run, samples, wanted = judged.run, judged.samples, judged.wanted
    ended = samples.ended[samples.good]
    span = max(run.seconds, run.ended - run.began)
    counts, _ = np.histogram(ended, bins=BLOCKS, range=(run.began, run.began + span))
    each = run.requests / len(samples) * BLOCKS / span
    found = intervals.mean((counts * each).tolist(), judged.confidence)
    if found is None:
        return judged.open
    verdict = replace(
        judged.open,
        ruling=decide_above(found.lower, found.upper, wanted.limit),
        measured=f"{found.value:.1f} good answers/s.",
        statement=(
            f"{found.value:.1f} good answers/s ({judged.confidence * 100:.5g}% interval"
            f" {found.lower:.1f} to {found.upper:.1f}), required over {wanted.limit:g}."
        ),
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        unit="1/s",
        needs="",
    )
    if verdict.ruling is Ruling.PASS:
        return verdict  # a strained engine sends less, and never more
    return _under_strain(judged, verdict, samples, lambda doubtful, delay: False)


def _too_few(judged: _Judged) -> Verdict | None:
    """Return the verdict where too few callers got a good answer, or waited for one in vain."""
    samples = judged.samples
    timed = int(np.count_nonzero(samples.good | _waited(samples)))
    if are_enough(timed, len(samples)):
        return None
    outcomes = {f"answered {status}": n for status, n in _bad(samples).statuses().items()}
    unanswered = samples.select(~samples.answered)
    outcomes |= {kind.text: count for kind, count in unanswered.failures().items()}
    return replace(
        judged.open,
        statement=(
            f"{int(np.count_nonzero(samples.good))} good answers:"
            f" {instead(outcomes, len(samples))}; a time is judged of good answers."
        ),
        needs=MORE_GOOD,
    )


def _bad(samples: Samples) -> Samples:
    return samples.select(samples.answered & ~samples.good)


def _waited(samples: Samples) -> NDArray[np.bool_]:
    return np.isin(samples.failure, WAITED)


def _under_strain(
    judged: _Judged,
    verdict: Verdict,
    samples: Samples,
    fails: Callable[[NDArray[np.bool_], float], bool],
) -> Verdict:
    """Return the verdict, or INCONCLUSIVE where the load engine was the bottleneck.

    A failure stands where `fails` still says so without the requests that the engine may have
    failed itself, and with all the delay that it may have caused taken off the others.
    """
    kept_up = generator_kept_up(judged.run)
    if kept_up.ruling is Ruling.PASS:
        return verdict
    if verdict.ruling is Ruling.FAIL:
        doubtful, delay = may_be_own(judged.run, samples)
        if not judged.run.lost and fails(doubtful, delay):
            return replace(
                verdict,
                statement=f"{verdict.statement} The load engine was strained, but cannot have"
                f" caused that: {kept_up.statement}",
            )
    return replace(
        verdict,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{verdict.statement} But the load engine was the bottleneck:"
        f" {kept_up.statement}",
        needs=kept_up.needs,
    )


def _share(events: NDArray[np.bool_], confidence: float) -> intervals.Interval:
    """Return a share with the wider of two intervals.

    The exact binomial interval takes requests as independent, but slow ones come in clusters.
    Batch means allow for clusters, but have no width where all batches are alike.
    """
    exact = intervals.proportion(int(np.count_nonzero(events)), len(events), confidence)
    batches = intervals.mean(_blocks(events.astype(np.float64)), confidence)
    if batches is None:
        return exact
    return intervals.Interval(
        exact.value,
        max(0.0, min(exact.lower, batches.lower)),
        min(1.0, max(exact.upper, batches.upper)),
    )


def _blocks(values: NDArray[np.float64]) -> list[float]:
    """Return the means of successive blocks. The last values, too few for a block, are left out."""
    size = len(values) // BLOCKS
    if size < 2:
        return [float(value) for value in values]
    whole = values[: size * BLOCKS].reshape(BLOCKS, size).mean(axis=1)
    return [float(value) for value in whole]


def _interval(found: intervals.Interval, confidence: float) -> str:
    return f"{confidence * 100:.5g}% interval {found.lower:.3%} to {found.upper:.3%}"
