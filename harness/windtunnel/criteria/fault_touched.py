"""A fault touched traffic. Where it did not, the scenario tested nothing."""

from dataclasses import replace

from windtunnel.criteria.completeness import between, partial, uncounted
from windtunnel.criteria.verdict import Moment, Ruling, Verdict
from windtunnel.records import Evidence, FaultWindow

FAULT_TOUCHED = "fault_touched"
"""The criterion's id."""


def fault_touched(window: FaultWindow, *evidence: Evidence) -> Verdict:
    """Judge that calls were under way at the dependency while the fault was in force.

    A call counts when it started in the window, when it was under way as the fault began, or when
    the fault cut its connection. For a fault of single exchanges or connections, only those count
    that it altered. `evidence` is that of each edge which the fault strikes: one suffices, and the
    verdict's conditions name the others. Without any, nothing is known.
    """
    if not evidence:
        return _unseen(window)
    found = [_touched(window, each) for each in evidence]
    best = min(found, key=lambda verdict: _ORDER.index(verdict.ruling))
    names = [each.dependency for each in evidence]
    if best.ruling is Ruling.FAIL and len(found) > 1:
        said = "; ".join(f"{n}: {v.statement}" for n, v in zip(names, found, strict=True))
        return replace(best, statement=said)
    others = (_SAYS[v.ruling].format(n) for n, v in zip(names, found, strict=True) if not _is(v))
    return replace(best, conditions=(*best.conditions, *others)) if _is(best) else best


_ORDER = (Ruling.PASS, Ruling.INCONCLUSIVE, Ruling.FAIL)


_SAYS = {
    Ruling.FAIL: "it touched nothing on the way {}",
    Ruling.INCONCLUSIVE: "whether it touched anything on the way {} is not known",
}


def _is(verdict: Verdict) -> bool:
    """Return whether something was touched."""
    return verdict.ruling is Ruling.PASS


def _unseen(window: FaultWindow) -> Verdict:
    return Verdict(
        criterion="fault touched traffic",
        criterion_id=FAULT_TOUCHED,
        subject=window.fault,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"no program's way to {window.dependency} was looked at.",
        value=0.0,
        lower=0.0,
        upper=float("inf"),
        needs="the evidence of a way that it strikes",
    )


def _touched(window: FaultWindow, evidence: Evidence) -> Verdict:
    if window.toxic:
        return _by_touches(window, evidence)
    end = window.ended if window.ended is not None else evidence.at
    started = between(evidence, window.began, end)
    across = sum(
        attempt.started < window.began and (attempt.ended is None or attempt.ended > window.began)
        for attempt in evidence.attempts
    )
    cut = sum(
        refusals.cut for refusals in evidence.refusals if window.began <= refusals.since <= end
    )
    turns = 0 if evidence.tells_calls_apart else _turns(evidence, window.began, end)
    waiting = 0 if evidence.tells_calls_apart else _waiting(evidence, window.began, end)
    unread = sum(e.is_unread and window.began <= e.started <= end for e in evidence.exchanges)
    least = started.least + across + cut + turns + waiting + unread
    most = max(started.most + across + cut, least)
    ruling = Ruling.PASS if least else Ruling.FAIL if not most else Ruling.INCONCLUSIVE
    doubts = partial(evidence)
    further = "" if evidence.tells_calls_apart else f"; {waiting} connections opened or waited"
    return Verdict(
        criterion="fault touched traffic",
        criterion_id=FAULT_TOUCHED,
        subject=window.fault,
        ruling=ruling,
        statement=(
            f"in {end - window.began:.2f} s {started} calls started, {across} were under way when"
            f" it began, and it cut {cut} connections{further}; required is one at least."
        ),
        value=float(least),
        lower=float(least),
        upper=float(most),
        needs="complete evidence, or traffic before the fault that it can cut"
        if ruling is Ruling.INCONCLUSIVE
        else "",
        conditions=doubts,
        timeline=tuple(
            Moment(attempt.started, evidence.dependency, str(attempt))
            for attempt in evidence.attempts_between(window.began, end)[:20]
        ),
    )


def _turns(evidence: Evidence, since: float, until: float) -> int:
    """Return how often the target sent something, where calls are not told apart."""
    starts = [each.started for each in evidence.exchanges]
    return sum(since <= at <= until for at in (*starts, *(each.at for each in evidence.arrivals)))


def _waiting(evidence: Evidence, since: float, until: float) -> int:
    """Return the connections that were opened in a time, or waited for their first bytes in it.

    The dependency may be the one that speaks first.
    """
    return sum(
        each.opened <= until
        and (each.closed is None or each.closed >= since)
        and (each.opened >= since or not each.sent)
        for each in evidence.connections
    )


def _by_touches(window: FaultWindow, evidence: Evidence) -> Verdict:
    """Judge by what the tap recorded: what the fault's toxics altered, and what they refused."""
    own = [touch for touch in evidence.touches if touch.toxic.startswith(f"{window.toxic}-")]
    end = window.ended if window.ended is not None else evidence.at
    altered = sum(touch.exchanges or touch.connections for touch in own)
    refused = sum(
        window.began <= at <= end for refusals in evidence.refusals for at in refusals.times
    )
    calls = between(evidence, window.began, end)
    least = altered + refused
    # Touches are counted by the toxics themselves: none is ever discarded.
    most = least + uncounted(evidence, window.began, end) if own else float("inf")
    return Verdict(
        criterion="fault touched traffic",
        criterion_id=FAULT_TOUCHED,
        subject=window.fault,
        ruling=Ruling.PASS if least else Ruling.FAIL if not most else Ruling.INCONCLUSIVE,
        statement=(
            f"in {end - window.began:.2f} s {calls} calls started; it altered {altered} exchanges"
            f" or connections, and turned {refused} connections away; required is one at least."
        ),
        value=float(least),
        lower=float(least),
        upper=float(most),
        needs="" if least or not most else "the tap's record of what the fault touched",
        conditions=partial(evidence),
    )
