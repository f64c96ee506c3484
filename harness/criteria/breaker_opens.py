"""A circuit breaker opens within N failures, proved from what reached the dependency."""

from dataclasses import replace

from harness.criteria.attempts import Attempt, Bounds, between, missed, needed, partial, uncounted
from harness.criteria.conditions import conditions
from harness.criteria.timeline import timeline
from harness.criteria.told import told
from harness.criteria.verdict import Category, Ruling, Verdict, decide_at_most
from harness.records import Evidence, Response, Run

ENOUGH_AFTER = 5
"""Requests after the last allowed failure that must have been kept from the dependency."""


def breaker_opens(
    run: Run, dependency: str, *, within: int = 3, recovery: float = float("inf")
) -> Verdict:
    """Judge that no request reaches the dependency once `within` attempts have failed.

    Looks at requests that *start* after the failure number `within` has ended: calls that were in
    flight by then belong to the failures themselves. Requests that start `recovery` seconds or
    more after that are not looked at: by then a breaker may probe (Nygard, Release It!, 2nd ed.,
    "Circuit Breaker"). What the service says of its breaker plays no part.
    """
    evidence = run.at(dependency)
    seen = told(run, dependency)
    doubts = partial(evidence)
    nothing = Verdict(
        criterion=f"breaker opens within {within} failures",
        subject=dependency,
        ruling=Ruling.INCONCLUSIVE,
        statement="",
        category=Category.BREAKERS,
        covers=(dependency,),
        conditions=(*conditions(run), *doubts),
        timeline=timeline(run.responses, dependency, seen, ()),
    )
    opened = _time_of_failure(run, dependency, seen, within)
    if opened is None:
        total = between(evidence, run.began, run.ended)
        return replace(
            nothing,
            statement=f"{total} attempts reached the dependency; none of them failed as far as the"
            " evidence shows.",
            needs="a fault that makes the dependency's calls fail, and requests that call it",
        )
    last_failure, failures = opened
    later = [
        response
        for response in run.responses
        if response.started > last_failure and response.started < last_failure + recovery
    ]
    own = _own(run, seen, later, last_failure)
    count = Bounds(len(own), _most(evidence, later))
    # One call too many fails it, however few the requests were.
    if len(later) < ENOUGH_AFTER and not own:
        return replace(
            nothing,
            statement=f"only {len(later)} requests started after the failures had ended"
            + (f" and within the {recovery:g} s of recovery." if recovery < float("inf") else "."),
            needs=f"{ENOUGH_AFTER} such requests or more, sent one after another",
        )
    ruling = decide_at_most(count.least, count.most, 0)
    needs = _needs(evidence)
    if ruling is Ruling.FAIL and failures < within:
        # Fewer failures than it may take to open it are no reason to be open.
        ruling, needs = Ruling.INCONCLUSIVE, f"{within} calls that fail one after another"
    return replace(
        nothing,
        ruling=ruling,
        statement=(
            f"after {failures} failures had ended, {count} attempts of {len(later)} later"
            " requests reached the dependency, allowed are 0."
        ),
        value=float(count.least),
        lower=float(count.least),
        upper=float(count.most),
        needs=needs if ruling is Ruling.INCONCLUSIVE else "",
        timeline=timeline(run.responses, dependency, seen, own),
    )


def _own(
    run: Run, seen: list[Attempt], later: list[Response], last_failure: float
) -> list[Attempt]:
    """Return the attempts that can only be the later requests' own."""
    if not later:
        return []
    # A request from before may still be calling.
    settled = max(
        (each.ended for each in run.responses if each.started <= last_failure), default=run.began
    )
    start = max(settled, min(each.started for each in later))
    end = max(each.ended for each in later)
    return [attempt for attempt in seen if start <= attempt.started <= end]


def _most(evidence: Evidence, later: list[Response]) -> float:
    """Return how many attempts may have been made while the later requests were under way."""
    if not later:
        return 0
    return between(
        evidence, min(each.started for each in later), max(each.ended for each in later)
    ).most


def _time_of_failure(
    run: Run, dependency: str, seen: list[Attempt], within: int
) -> tuple[float, int] | None:
    """Return when failure number `within` had ended, or the last one, with its number.

    Where single attempts could not be seen, each request whose fallback or failure may be due to
    one (its span holds a possible attempt) stands for a failure.
    """
    ends = sorted(a.ended for a in seen if a.failed and a.ended is not None)
    if ends:
        number = min(within, len(ends))
        return _answered_by(run.responses, ends[number - 1]), number
    evidence = run.at(dependency)
    possible = [
        response.ended
        for response in run.responses
        if uncounted(evidence, response.started, response.ended) > 0
    ]
    if possible:
        number = min(within, len(possible))
        return possible[number - 1], number
    return None


def _answered_by(responses: tuple[Response, ...], failure: float) -> float:
    """Return when the service had dealt with a failure: the end of the request that it struck."""
    struck = [r.ended for r in responses if r.started <= failure <= r.ended]
    return min(struck, default=failure)


def _needs(evidence: Evidence) -> str:
    if missed(evidence):
        return needed(evidence)
    if partial(evidence):
        return f"{needed(evidence)}: run with CAP_NET_RAW, or another fault"
    return "requests sent one after another, so that attempts can be told apart"
