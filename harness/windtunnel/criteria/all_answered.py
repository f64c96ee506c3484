"""Whatever breaks behind it, the service answers every request, and in time."""

from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.verdict import Finding, Moment, Ruling, Verdict
from windtunnel.criteria.waiting_requests import needed_wait
from windtunnel.number_bounds import SECONDS, numbers
from windtunnel.records import Response, Run
from windtunnel.records.request_failure import RequestFailure

SHOWN = 8
"""How many of the offending requests a verdict lists."""

ENOUGH = 20
"""Requests without which "every" would say little."""


@numbers(within=SECONDS)
def all_answered(run: Run, *, within: float, errors_allowed: bool = False) -> Verdict:
    """Judge that each request of a run gets a good answer within `within` seconds.

    With `errors_allowed` any whole answer will do: an error is fine, a hang is not. A marked
    fallback is an answer. The verdict counts requests; it estimates no rate. Where requests were
    only slow, while others kept this machine busy, it is INCONCLUSIVE.
    """
    total = len(run.responses)

    def is_answered(response: Response) -> bool:
        return response.succeeded or (errors_allowed and response.status is not None)

    late = [each for each in run.responses if is_answered(each) and each.duration > within]
    failed = [each for each in run.responses if not is_answered(each)]
    slowest = max((each.duration for each in run.responses), default=0.0)
    ruling = Ruling.FAIL if late or failed else Ruling.PASS
    if ruling is Ruling.PASS and total < ENOUGH:
        ruling = Ruling.INCONCLUSIVE
    endpoints = sorted({response.endpoint for response in run.responses})
    verdict = Verdict(
        criterion="all answered in time",
        criterion_id="all_answered",
        mechanism="answers",
        subject=endpoints[0] if len(endpoints) == 1 else f"{len(endpoints)} endpoints",
        ruling=ruling,
        statement=f"of {total} requests {len(failed)} were not answered and {len(late)} took longer"
        f" than {within:g} s (the slowest {slowest:.3f} s); allowed is none.",
        value=float(len(late) + len(failed)),
        lower=float(len(late) + len(failed)),
        upper=float(len(late) + len(failed)),
        unit="requests",
        needs=f"{ENOUGH} requests or more" if ruling is Ruling.INCONCLUSIVE else "",
        findings=(
            Finding("fallbacks", float(sum(bool(e.fallback) for e in run.responses)), "requests"),
        ),
        conditions=(*conditions(run), *(window.fault for window in run.faults)),
        profile=run.profile,
        timeline=tuple(
            Moment(
                each.ended,
                "caller",
                f"request {each.number} {each.endpoint}: {each.answer} ({each.duration:.3f} s)",
                counted=True,
            )
            for each in (*failed, *late)[:SHOWN]
        ),
    )
    # Who got a wrong answer, or none, was not merely slow. Who gave up before `within` was over may
    # have been answered at once, but for the waiting.
    slow = [*late, *(each for each in failed if each.failure is RequestFailure.TIMED_OUT)]
    wait = needed_wait(
        [each.duration - (within if each.duration > within else 0.0) for each in slow],
        len(late) + len(failed) - len(slow),
        at_once=run.concurrency,
    )
    return blame_no_crowd(verdict, run.machine, wait)
