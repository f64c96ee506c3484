"""Connection pooling shortens the response by more than its limit."""

from dataclasses import replace
from statistics import median

from windtunnel.criteria.betting import ratio_of_quantiles
from windtunnel.criteria.compared_times import as_rows
from windtunnel.criteria.completeness import missed, needed
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.intervals import CONFIDENCE
from windtunnel.criteria.verdict import Category, Finding, Ruling, Verdict, decide_above
from windtunnel.criteria.wire_answers import without_good_call
from windtunnel.number_bounds import GAIN, PROBABILITY, numbers
from windtunnel.records import Pairs


@numbers(above=GAIN, confidence=PROBABILITY)
def pooling_gain(
    pairs: Pairs, dependency: str, *, above: float | None = None, confidence: float = CONFIDENCE
) -> Verdict:
    """Judge whether reuse shortens the response by more than `above`, from interleaved pairs.

    By default `above` is the run's limit, `Limits.pooling_gain`.

    The gain is 1 - median(reuse on) / median(reuse off): the share of the response time that
    reusing connections saves. Arm A has reuse on, arm B off, same code. Its interval is a
    confidence sequence (windtunnel.criteria.betting), so more pairs may be added and asked about.
    The wire must confirm it: every answer rests on a call to the dependency, A opens next to no
    connection to it, and B about one each request; else INCONCLUSIVE.
    """
    above = pairs.a.limits.pooling_gain if above is None else above
    dependency = str(pairs.evidence_at(dependency).dependency)
    on = [response.duration for response in pairs.a.responses]
    off = [response.duration for response in pairs.b.responses]
    opened_on = _opened(pairs, dependency, of_b=False)
    opened_off = _opened(pairs, dependency, of_b=True)
    wire = f"it opened {opened_on} connections with reuse and {opened_off} without"
    nothing = Verdict(
        criterion="pooling gain",
        criterion_id="pooling_gain",
        mechanism="connections",
        subject=f"{dependency}, {pairs.a.profile_name or pairs.a.profile}",
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{len(on)} pairs; required is a gain over {above * 100:g}%; {wire}.",
        needs="100 pairs or more",
        category=Category.POOLING,
        covers=(dependency,),
        unit="share",
        conditions=conditions(pairs.a),
        profile=pairs.a.profile,
    )
    if unreal := _unreal(pairs, dependency):
        return replace(
            nothing,
            statement=f"{unreal}; {wire}.",
            needs="answers that rest on the dependency's, so that only the connections differ",
        )
    without, reused = as_rows(off, on, width=1)
    ratio = ratio_of_quantiles(without, reused, 0.5, confidence)
    if ratio is None:
        return nothing
    # The ratio's upper end is the gain's lower one.
    value, lower, upper = (1 - end for end in (ratio.value, ratio.upper, ratio.lower))
    measured = replace(
        nothing,
        ruling=decide_above(lower, upper, above),
        statement=(
            f"{value:.1%} gained ({confidence * 100:g}% interval {lower:.1%} to {upper:.1%},"
            f" {len(on)} pairs), required over {above * 100:g}%; {wire}."
        ),
        value=value,
        lower=lower,
        upper=upper,
        needs="",
        findings=(
            Finding("median with reuse", median(on), "s"),
            Finding("median without", median(off), "s"),
        ),
    )
    if measured.ruling is Ruling.PASS and not opened_on * 2 < opened_off:
        return replace(
            measured,
            ruling=Ruling.INCONCLUSIVE,
            needs="arms that differ in their connections: the gain seen has another cause",
        )
    seen = pairs.evidence_at(dependency)
    if measured.ruling is Ruling.PASS and missed(seen):
        # Those that were not seen may be what reuse opened.
        return replace(measured, ruling=Ruling.INCONCLUSIVE, needs=needed(seen))
    if measured.ruling is Ruling.INCONCLUSIVE:
        return replace(measured, needs="more pairs, or a quieter machine")
    return measured


def _unreal(pairs: Pairs, dependency: str) -> str:
    """Return which answers do not rest on the dependency's, by mark or wire; "" if all do."""
    both = (*pairs.a.responses, *pairs.b.responses)
    failures = sum(not each.succeeded or bool(each.fallback) for each in both)
    if failures:
        return f"{failures} of {len(both)} requests had no real answer"
    with_reuse, without = (len(without_good_call(arm, dependency)) for arm in (pairs.a, pairs.b))
    if not with_reuse and not without:
        return ""
    return (
        f"{with_reuse} of {len(pairs.a.responses)} answers with reuse and {without} of"
        f" {len(pairs.b.responses)} without came without a good call to {dependency}: from a"
        " cache, or as fallbacks that carry no mark"
    )


def _opened(pairs: Pairs, dependency: str, *, of_b: bool) -> int:
    """Return how many connections one arm opened. Pairs are sequential, so times decide whose."""
    arm = pairs.b if of_b else pairs.a
    opened = [connection.opened for connection in pairs.evidence_at(dependency).connections]
    spans = [(response.started, response.ended) for response in arm.responses]
    return sum(any(start <= at <= end for start, end in spans) for at in opened)
