"""Whatever breaks behind it, the service answers every request, and in time."""

from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.journey_answers import got_whole_answers
from windtunnel.criteria.strained_generator import (
    WAITED,
    blame_no_generator,
    only_held_back,
    was_held_back,
)
from windtunnel.criteria.verdict import Finding, Moment, Ruling, Verdict
from windtunnel.criteria.waiting_requests import needed_wait
from windtunnel.number_bounds import SECONDS, numbers
from windtunnel.records import ObservedRun, Response

SHOWN = 8
"""How many of the offending requests a verdict lists."""

ENOUGH = 20
"""Requests without which "every" would say little."""


@numbers(within=SECONDS)
def all_answered(run: ObservedRun, *, within: float, errors_allowed: bool = False) -> Verdict:
    """Judge that each request of a run gets a good answer within `within` seconds.

    With `errors_allowed` any whole answer will do: an error is fine, a hang is not; and so will a
    journey that failed, if each of its steps had one. A marked fallback is an answer. The verdict
    counts requests, and estimates no rate; with fewer than 20 it is INCONCLUSIVE in place of PASS.
    So it is where requests were only slow, while others kept this machine busy. In an open loop
    time counts from when a request was due; where none is bad but what waited for one of the
    sender's connections, it is INCONCLUSIVE too.
    """
    total = len(run.responses)

    def is_answered(response: Response) -> bool:
        return response.succeeded or (errors_allowed and got_whole_answers(response))

    late: list[Response] = []
    failed: list[Response] = []
    named: set[str] = set()
    slowest, fallbacks = 0.0, 0
    # Once through: a million responses are not to be held.
    for each in run.responses:
        slowest = max(slowest, each.duration)
        fallbacks += bool(each.fallback)
        named.add(each.endpoint)
        if not is_answered(each):
            failed.append(each)
        elif each.duration > within:
            late.append(each)
    ruling = Ruling.FAIL if late or failed else Ruling.PASS
    if ruling is Ruling.PASS and total < ENOUGH:
        ruling = Ruling.INCONCLUSIVE
    held = sum(was_held_back(each, within) for each in failed)
    held += sum(each.on_its_way <= within for each in late)
    endpoints = sorted(named)
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
        findings=(Finding("fallbacks", float(fallbacks), "requests"),),
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
    slow = [*late, *(each for each in failed if each.failure in WAITED)]
    wait = needed_wait(
        [each.duration - (within if each.duration > within else 0.0) for each in slow],
        len(late) + len(failed) - len(slow),
        at_once=run.at_once,
    )
    if verdict.ruling is Ruling.FAIL and held == len(late) + len(failed):
        return only_held_back(verdict, held)
    return blame_no_generator(blame_no_crowd(verdict, run.machine, wait), run, wait)
