"""An endpoint answers without calling any dependency."""

from windtunnel.criteria.completeness import Bounds, between, needed, partial
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.indistinct_calls import each_sent_bytes, sent_bytes
from windtunnel.criteria.later_calls import ITS_OWN, only_later
from windtunnel.criteria.requests_of_caller import asked_by_others
from windtunnel.criteria.timeline import timeline
from windtunnel.criteria.verdict import Ruling, Verdict, decide_at_most
from windtunnel.records import Edge, ObservedRun


def touches_nothing(run: ObservedRun, control: ObservedRun) -> Verdict:
    """Judge that no attempt reached any dependency during `run`.

    `control` is a run through endpoints that call every dependency. Where a tap saw none of its
    calls, the tap proves nothing, and the verdict is INCONCLUSIVE: so it is where the driven
    program has no tap of its own, or where its calls may be for another program that asked it. A
    connection that carries no request is no call.
    """
    own = [each for each in run.evidence if not Edge(each.dependency).caller]
    shown = {evidence.dependency for evidence in control.evidence}
    blind = [evidence.dependency for evidence in own if evidence.dependency not in shown]
    blind += [
        evidence.dependency
        for evidence in control.evidence
        if not Edge(evidence.dependency).caller
        and not sent_bytes(evidence, control.began, control.ended)
        and not between(evidence, control.began, control.ended).least
    ]
    reached = [
        (evidence.dependency, attempt)
        for evidence in own
        for attempt in evidence.attempts_between(run.began, run.ended)
    ]
    endpoint = ", ".join(sorted({response.endpoint for response in run.responses})) or "nothing"
    answered = sum(response.succeeded for response in run.responses)
    bounds = [(each, between(each, run.began, run.ended)) for each in own]
    least = sum(found.least for _, found in bounds)
    if run.is_sequential and run.responses:
        least += sum(
            each_sent_bytes(each, list(run.responses))
            for each in own
            if not each.tells_calls_apart and not each.unasked
        )
    count = Bounds(least, sum(found.most for _, found in bounds))
    ruling = decide_at_most(count.least, count.most, 0)
    needs = "; ".join(
        f"{needed(each)} at {each.dependency}" for each, found in bounds if not found.exact
    )
    if not count.least and (blind or not answered):
        ruling = Ruling.INCONCLUSIVE
        needs = (
            f"a control run that reaches {', '.join(blind)}" if blind else "requests that succeed"
        )
    if not own:
        ruling = Ruling.INCONCLUSIVE
        needs = f"a dependency that {run.target} calls itself: no tap is in front of one"
    elif ruling is Ruling.FAIL and only_later(run, own, 0):
        ruling, needs = Ruling.INCONCLUSIVE, ITS_OWN
    elif ruling is Ruling.FAIL and asked_by_others(run):
        ruling = Ruling.INCONCLUSIVE
        needs = f"a run in which no other program asks {run.target} for anything"
    return Verdict(
        criterion="touches no dependency",
        criterion_id="touches_nothing",
        mechanism="isolation",
        subject=endpoint,
        ruling=ruling,
        statement=f"{count} calls reached a dependency during {len(run.responses)}"
        f" requests ({answered} answered); allowed are 0.",
        value=float(count.least),
        lower=float(count.least),
        upper=float(count.most),
        needs=needs if ruling is Ruling.INCONCLUSIVE else "",
        conditions=(
            *conditions(run),
            *dict.fromkeys(doubt for each in run.evidence for doubt in partial(each)),
        ),
        timeline=tuple(
            moment
            for dependency in dict.fromkeys(name for name, _ in reached)
            for moment in timeline(
                run.responses,
                dependency,
                [attempt for name, attempt in reached if name == dependency],
                [attempt for name, attempt in reached if name == dependency],
            )
        ),
    )
