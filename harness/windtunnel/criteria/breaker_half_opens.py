"""A half-open breaker admits only a few probes, however many callers wait."""

from collections.abc import Sequence
from dataclasses import replace

from windtunnel.criteria.completeness import Bounds, doubtful, missed, needed, partial, uncounted
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.indistinct_calls import may_have_called
from windtunnel.criteria.requests_of_caller import as_called
from windtunnel.criteria.timeline import timeline
from windtunnel.criteria.verdict import Category, Ruling, Verdict, decide_at_most
from windtunnel.number_bounds import COUNT, numbers
from windtunnel.records import Attempt, AttemptKind, ExchangeOutcome, ObservedRun, Response


@numbers(at_most=COUNT)
def breaker_half_opens(run: ObservedRun, dependency: str, *, at_most: int | None = None) -> Verdict:
    """Judge how many calls start at the dependency before the first of them has ended.

    `run` is a burst of concurrent requests after the recovery time. The dependency is so slow that
    all callers come while the first probe is under way. More than `at_most` of them must have been
    answered meanwhile, or the crowd may have come too early or too late to show anything:
    INCONCLUSIVE. Callers who ask more than once make that sure. By default
    `at_most` is the run's limit, `Limits.half_open_calls`.
    """
    at_most = run.limits.half_open_calls if at_most is None else at_most
    run, dependency = as_called(run, dependency)
    evidence = run.at(dependency)
    seen = list(evidence.attempts_between(run.began, run.ended))
    nothing = Verdict(
        criterion=f"half-open admits at most {at_most}",
        criterion_id="breaker_half_opens",
        mechanism="circuit breaker",
        subject=dependency,
        ruling=Ruling.INCONCLUSIVE,
        statement="no call reached the dependency: the breaker did not become half-open.",
        needs="requests after the breaker's recovery time",
        category=Category.BREAKERS,
        covers=(dependency,),
        conditions=(*conditions(run), *partial(evidence)),
        profile=run.profile,
        timeline=timeline(run.responses, dependency, seen, ()),
    )
    if not seen:
        return nothing
    decided = _first_end(run, seen)
    # A call of which nothing was seen but its begin may have ended at once.
    surely = min((a.started for a in seen if a.outcome is ExchangeOutcome.UNSEEN), default=decided)
    probes = [attempt for attempt in seen if attempt.started < decided]
    callers = sum(response.started < decided for response in run.responses)
    if callers <= at_most:
        return replace(
            nothing,
            statement=f"only {callers} callers had started when the first probe ended.",
            needs=f"more than {at_most} callers at once, and a slower dependency",
        )
    # Calls that were never seen can only add to the probes: doubt turns a PASS, not a FAIL.
    unseen = uncounted(evidence, run.began, decided) + missed(evidence, run.began, decided)
    sure = [attempt for attempt in probes if attempt.started <= surely]
    unseen += may_have_called(evidence, run.began, decided)
    if not evidence.tells_calls_apart:
        sure = [attempt for attempt in sure if attempt.kind is not AttemptKind.EXCHANGE]
    least = len(sure) - doubtful(evidence, sure, decided - run.began)
    count = Bounds(least, len(probes) + unseen)
    ruling = decide_at_most(count.least, count.most, at_most)
    kept = len(kept_back(run, dependency))
    needs = needed(evidence) if ruling is Ruling.INCONCLUSIVE else ""
    if ruling is Ruling.PASS and kept <= at_most:
        ruling = Ruling.INCONCLUSIVE
        needs = (
            f"more than {at_most} callers that are kept back while the first probe is under way: a"
            " slower dependency, callers who ask more than once, or a less loaded machine"
        )
    return replace(
        nothing,
        ruling=ruling,
        statement=(
            f"{count} calls started before the first had ended; of {callers} requests that had come"
            f" by then, {kept} were sent away meanwhile; allowed are {at_most}."
        ),
        value=float(count.least),
        lower=float(count.least),
        upper=float(count.most),
        needs=needs,
        timeline=timeline(run.responses, dependency, seen, probes),
    )


def kept_back(run: ObservedRun, dependency: str) -> list[Response]:
    """Return who came after the first caller that may be the probe's, and was sent away meanwhile.

    That is, answered between the first probe's start and its end: such an answer is no probe's. Who
    was answered later may not have reached the breaker by then, on a busy machine; and who came or
    was answered before may have met it when it was open still.
    """
    seen = list(run.at(dependency).attempts_between(run.began, run.ended))
    if not seen:
        return []
    first, decided = min(attempt.started for attempt in seen), _first_end(run, seen)
    asked = min(
        (r.started for r in run.responses if r.started <= first and r.ended >= decided),
        default=first,
    )
    return [
        response
        for response in run.responses
        if response.status is not None
        and response.started > asked
        and first < response.ended < decided
    ]


def _first_end(run: ObservedRun, seen: Sequence[Attempt]) -> float:
    """Return when the first of these calls ended: until then it was not known what it brings."""
    return min((a.ended for a in seen if a.ended is not None), default=run.ended)
