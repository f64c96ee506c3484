"""An objective holds under load, judged by a confidence interval."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from windtunnel.criteria import intervals
from windtunnel.criteria.generator_kept_up import conditions_of_load, guarded
from windtunnel.criteria.intervals import CONFIDENCE
from windtunnel.criteria.objective import Objective, ObjectiveFigure
from windtunnel.criteria.verdict import (
    Category,
    Finding,
    Ruling,
    Verdict,
    decide_above,
    decide_below,
)
from windtunnel.records.load_run import LoadRun

BLOCKS = 20 * intervals.BATCHES
"""Successive means that batches are made of, so that a million values cost no more than these."""


def objective_held(run: LoadRun, objective: Objective, confidence: float = CONFIDENCE) -> Verdict:
    """Judge one objective; INCONCLUSIVE too at generator saturation.

    A quantile is judged by the share of requests that took longer than its limit. A request
    without an answer counts as longer than any limit. Where only a random part of the requests was
    kept, that part is judged, with a wider interval.
    """
    nothing = Verdict(
        criterion=str(objective),
        criterion_id="objective_held",
        mechanism="objective",
        subject=run.url or run.engine,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{len(run.samples)} requests.",
        needs=f"{2 * intervals.BATCHES} requests or more",
        category=Category.UNSCORED,
        conditions=conditions_of_load(run),
    )
    if len(run.samples) < 2 * intervals.BATCHES:
        return nothing
    judge = {
        ObjectiveFigure.QUANTILE: _quantile,
        ObjectiveFigure.MEAN: _mean,
        ObjectiveFigure.ERRORS: _errors,
        ObjectiveFigure.THROUGHPUT: _throughput,
    }[objective.figure]
    verdict = judge(run, objective, confidence, nothing)
    if verdict.ruling is Ruling.INCONCLUSIVE:
        verdict = replace(verdict, needs=verdict.needs or "a longer run, or a quieter machine")
    else:
        verdict = replace(verdict, needs="")
    return guarded(verdict, run)


def _quantile(run: LoadRun, wanted: Objective, confidence: float, nothing: Verdict) -> Verdict:
    samples = run.samples
    over = ~samples.answered | (samples.ended - samples.intended >= wanted.limit)
    found = _share(over, confidence)
    [value] = run.quantiles([wanted.share])
    allowed = 1 - wanted.share
    measured = f"{wanted.share * 100:g} % took {value * 1000:.2f} ms at most"
    return replace(
        nothing,
        measured=f"{measured}.",
        ruling=decide_below(found.lower, found.upper, allowed),
        statement=(
            f"{measured}; {found.value:.3%} took"
            f" {wanted.limit * 1000:g} ms or longer ({_interval(found, confidence)}), allowed under"
            f" {allowed:.3g}."
        ),
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        unit="share",
        needs="",
        findings=(Finding(f"p{wanted.share * 100:g}", value, "s"),),
    )


def _errors(run: LoadRun, wanted: Objective, confidence: float, nothing: Verdict) -> Verdict:
    found = _share(run.samples.failure != 0, confidence)
    kinds = ", ".join(f"{count} {kind.text}" for kind, count in run.failures().items())
    measured = f"{found.value:.3%} errors"
    return replace(
        nothing,
        measured=f"{measured}.",
        ruling=decide_below(found.lower, found.upper, wanted.limit),
        statement=(
            f"{measured} ({_interval(found, confidence)}"
            f"{'; ' + kinds if kinds else ''}), allowed under {wanted.limit:.3%}."
        ),
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        unit="share",
        needs="",
    )


def _mean(run: LoadRun, wanted: Objective, confidence: float, nothing: Verdict) -> Verdict:
    latencies = run.samples.latencies
    found = intervals.mean(_blocks(latencies), confidence) if len(latencies) else None
    if found is None:
        return nothing
    measured = f"mean {found.value * 1000:.2f} ms"
    return replace(
        nothing,
        measured=f"{measured}.",
        ruling=decide_below(found.lower, found.upper, wanted.limit),
        statement=(
            f"{measured} ({confidence * 100:.5g}% interval"
            f" {found.lower * 1000:.2f} to {found.upper * 1000:.2f} ms), allowed under"
            f" {wanted.limit * 1000:g} ms."
        ),
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        unit="s",
        needs="",
    )


def _throughput(run: LoadRun, wanted: Objective, confidence: float, nothing: Verdict) -> Verdict:
    ended = run.samples.ended[run.samples.answered]
    span = max(run.seconds, run.ended - run.began)
    counts, _ = np.histogram(ended, bins=BLOCKS, range=(run.began, run.began + span))
    each = run.requests / len(run.samples) * BLOCKS / span
    found = intervals.mean((counts * each).tolist(), confidence)
    if found is None:
        return nothing
    measured = f"{found.value:.1f} answers/s"
    return replace(
        nothing,
        measured=f"{measured}.",
        ruling=decide_above(found.lower, found.upper, wanted.limit),
        statement=(
            f"{measured} ({confidence * 100:.5g}% interval {found.lower:.1f} to"
            f" {found.upper:.1f}), required over {wanted.limit:g}."
        ),
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        unit="1/s",
        needs="",
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
