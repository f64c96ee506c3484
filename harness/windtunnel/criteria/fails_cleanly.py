"""Who cannot be served is told so: soon, by a status that says it, and when to come again."""

from collections.abc import Collection

from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.journey_answers import failed_by_itself
from windtunnel.criteria.strained_generator import (
    MORE_CONNECTIONS,
    blame_no_generator,
    was_held_back,
)
from windtunnel.criteria.verdict import Finding, Moment, Ruling, Verdict
from windtunnel.criteria.waiting_requests import needed_wait
from windtunnel.errors import ConfigurationError, shown
from windtunnel.number_bounds import SECONDS, numbers
from windtunnel.records import ObservedRun, Response
from windtunnel.records.request_failure import RequestFailure

SHOWN = 8
"""How many of the offending requests a verdict lists."""
ENOUGH = 20
"""Failures without which "every" would say little."""


@numbers(within=SECONDS)
def fails_cleanly(
    run: ObservedRun,
    *,
    status: Collection[int] = frozenset({503}),
    within: float = 1.0,
    header: str = "",
) -> Verdict:
    """Judge that each request without a good answer is told so, by one of these statuses.

    The answer comes within `within` seconds and has the header, such as "Retry-After" (RFC 9110,
    10.2.3), where one is named. A journey that failed by its own assertion was told nothing. Good
    answers count neither way; with fewer than 20 others the verdict is INCONCLUSIVE. Where answers
    were only late, while others kept this machine busy, too; and in an open loop, where time counts
    from when a request was sent, for requests that never were.
    """
    wanted = _statuses(status)
    total, bad_answers = len(run.responses), [each for each in run.responses if not each.succeeded]
    failed = [each for each in bad_answers if each.status or not was_held_back(each, within)]
    held = len(bad_answers) - len(failed)
    known = header.lower()
    unread = 0
    if header and run.unread_headers:
        unread = sum(_is_unread(each) for each in failed)
    wrong = [each for each in failed if _is_wrong(each, wanted, known, some_unread=unread > 0)]
    told = [each for each in failed if not _is_wrong(each, wanted, known, some_unread=unread > 0)]
    late = [each for each in told if each.on_its_way > within]
    ruling, needs = Ruling.FAIL if wrong or late else Ruling.PASS, ""
    if ruling is Ruling.PASS:
        if len(failed) < ENOUGH:
            needs = f"{ENOUGH} requests without a good answer or more: more requests, or a fault"
        elif unread:
            needs = f"a shorter run: of {unread} answers the headers were not kept"
        elif held:
            needs = f"{MORE_CONNECTIONS}: {held} did"
        ruling = Ruling.INCONCLUSIVE if needs else ruling
    own = sum(failed_by_itself(each) for each in wrong)
    bad = float(len(wrong) + len(late))
    endpoints = sorted({response.endpoint for response in run.responses})
    named = f" with {header}" if header else ""
    verdict = Verdict(
        criterion="fails cleanly",
        criterion_id="fails_cleanly",
        mechanism="answers",
        subject=endpoints[0] if len(endpoints) == 1 else f"{len(endpoints)} endpoints",
        ruling=ruling,
        statement=f"of {len(failed)} requests without a good answer {len(wrong)} did not get"
        f" {' or '.join(map(str, sorted(wanted)))}{named}, and {len(late)} got it after more than"
        f" {within:g} s; allowed is none."
        + (f" {own} are journeys that failed by themselves, after whole answers." if own else ""),
        value=bad,
        lower=bad,
        upper=bad,
        unit="requests",
        needs=needs,
        findings=(
            Finding("good answers", float(total - len(bad_answers)), "requests"),
            *([Finding("failed by themselves", float(own), "journeys")] if own else []),
        ),
        conditions=(*conditions(run), *(window.fault for window in run.faults)),
        profile=run.profile,
        timeline=tuple(
            Moment(
                each.ended,
                "caller",
                f"request {each.number} {each.endpoint}: {each.answer}"
                f"{_lacking(each, header)} ({each.on_its_way:.3f} s)",
                counted=True,
            )
            for each in (*wrong, *late)[:SHOWN]
        ),
    )
    # Who gave up waiting may have been told at once, but for the waiting.
    slow = [*late, *(each for each in wrong if each.failure is RequestFailure.TIMED_OUT)]
    wait = needed_wait(
        [each.on_its_way - (within if each.on_its_way > within else 0.0) for each in slow],
        len(late) + len(wrong) - len(slow),
        at_once=run.at_once,
    )
    return blame_no_generator(blame_no_crowd(verdict, run.machine, wait), run, wait)


def _is_unread(response: Response) -> bool:
    """Whether an answer may have had headers that were not kept: none is known of it."""
    return response.status is not None and not response.headers


def _is_wrong(
    response: Response, wanted: frozenset[int], header: str, *, some_unread: bool
) -> bool:
    if response.status not in wanted:
        return True
    return _has_not(response, header) and not (some_unread and _is_unread(response))


def _has_not(response: Response, header: str) -> bool:
    return bool(header) and header.lower() not in response.headers


def _lacking(response: Response, header: str) -> str:
    if response.status is None or not _has_not(response, header):
        return ""
    return f" without {header}"


def _statuses(status: Collection[int]) -> frozenset[int]:
    if isinstance(status, str | bytes) or not isinstance(status, Collection):
        raise ConfigurationError(f"status={shown(status)}: expected statuses, such as {{503}}")
    for each in status:
        if isinstance(each, bool) or not isinstance(each, int) or not 400 <= each <= 599:
            raise ConfigurationError(
                f"status={shown(status)}: {shown(each)}: expected statuses from 400 to 599"
            )
    if not status:
        raise ConfigurationError("status: expected one at least, such as {503}")
    return frozenset(status)
