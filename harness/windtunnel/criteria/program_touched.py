"""A fault of a program touched its work: that of the driven one, or of one that nobody calls."""

from dataclasses import dataclass
from enum import StrEnum

from windtunnel.criteria.completeness import missed, partial, uncounted
from windtunnel.criteria.fault_touched import FAULT_TOUCHED
from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.records import Ending, Evidence, FaultWindow


class Asked(StrEnum):
    """When the scenario sent requests, or made journeys."""

    MEANWHILE = "meanwhile"
    """One at least was under way while the fault was in force."""
    AT_OTHER_TIMES = "at other times"
    NEVER = "never"
    """By means of windtunnel. A test may send others, which nobody sees."""


class DrivenBy(StrEnum):
    """What makes a program work."""

    REQUESTS = "requests"
    """Connections that it only keeps ready are no work."""
    WHAT_IT_READS = "what it reads"
    """A worker: its connections are how its work comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramWork:
    """What is known of the work of a program that a fault struck."""

    asked: Asked
    driven_by: DrivenBy
    own: tuple[Evidence, ...] = ()
    """What it calls by itself: the evidence of each of its ways out."""


def program_touched(window: FaultWindow, work: ProgramWork) -> Verdict:
    """Judge that a program which was struck itself was at work, or the system around it was.

    That is where a request of the scenario was under way meanwhile, where a call of the program's
    own was or began, and, of a worker, where a connection of its own ended. What is not seen is
    INCONCLUSIVE: a worker's connection that stays open, gaps of the evidence, and a program that
    calls nothing and is asked nothing.
    """
    end = window.ended if window.ended is not None else max((e.at for e in work.own), default=0.0)
    calls = sum(_calls(each, window.began, end) for each in work.own)
    cut, waiting = 0, 0
    if work.driven_by is DrivenBy.WHAT_IT_READS:
        cut = sum(_cut(each, window.began, end) for each in work.own)
        waiting = sum(_stayed(each, window.began, end) for each in work.own)
    least = calls + cut + (work.asked is Asked.MEANWHILE)
    unseen = (
        waiting
        or any(missed(e, window.began, end) or uncounted(e, window.began, end) for e in work.own)
        or (not work.own and work.driven_by is DrivenBy.WHAT_IT_READS)
        or (work.asked is Asked.NEVER and work.driven_by is DrivenBy.REQUESTS)
    )
    ruling = Ruling.PASS if least else Ruling.INCONCLUSIVE if unseen else Ruling.FAIL
    under_way = "requests were" if work.asked is Asked.MEANWHILE else "no request was"
    return Verdict(
        criterion="fault touched traffic",
        criterion_id=FAULT_TOUCHED,
        subject=window.fault,
        ruling=ruling,
        statement=(
            f"it was done to {window.dependency} itself: {under_way} under way meanwhile,"
            f" {calls} calls of its own were, and {cut} of its connections ended; required is one"
            " at least."
        ),
        value=float(least),
        lower=float(least),
        upper=float("inf") if ruling is Ruling.INCONCLUSIVE else float(least),
        needs="requests or journeys by `stack` while it is in force (what a test sends by other"
        " means is not seen)"
        if ruling is Ruling.INCONCLUSIVE
        else "",
        conditions=tuple(dict.fromkeys(doubt for each in work.own for doubt in partial(each))),
    )


def _calls(evidence: Evidence, since: float, until: float) -> int:
    """Return how many calls were under way as a time began, or began in it."""
    return sum(
        each.started <= until
        and (each.started >= since or each.ended is None or each.ended > since)
        for each in evidence.attempts
    )


def _cut(evidence: Evidence, since: float, until: float) -> int:
    """Return how many connections were open as a time began and were ended by the program in it."""
    return sum(
        each.opened < since
        and each.closed is not None
        and since <= each.closed <= until
        and each.ended_by is Ending.TARGET
        for each in evidence.connections
    )


def _stayed(evidence: Evidence, since: float, until: float) -> int:
    """Return how many connections were open all that time, as far as is known."""
    return sum(
        each.opened <= until and (each.closed is None or each.closed > until)
        for each in evidence.connections
    )
