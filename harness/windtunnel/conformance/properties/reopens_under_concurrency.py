"""Failed probes open it again while many callers wait, and none keeps its place."""

from dataclasses import dataclass, replace

from windtunnel.conformance.claims import Claims
from windtunnel.conformance.expected_opening import expected_opening
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording, reached, repeated, surely_held
from windtunnel.conformance.properties.closing import CLOSED, close, served
from windtunnel.conformance.properties.opens import AFTER
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Ruling, Verdict
from windtunnel.criteria.breaker_opens import ENOUGH_AFTER
from windtunnel.errors import NotTestable
from windtunnel.records import Attempt

TAKES = 0.1
"""Seconds until a probe fails, where that can be delayed."""
SHARE = 0.9
"""Of the recovery time: when exactly it ends is another property's matter."""
MOST_CALLERS = 100
ALONE, CROWD, REOPENED = "a failure alone", "crowd", "reopened"


def plan(experiment: Experiment) -> None:
    """Open it, wait, and send a crowd at a dependency that still fails; then have it close.

    A failure alone, before that, shows whether the client repeats what fails so.
    """
    if experiment.claims.health_checks:
        raise NotTestable(
            "health checks bring it back, as claimed, so no caller's request is a probe",
            needs="a breaker that its callers' requests probe",
        )
    if experiment.fewest > 1:
        with experiment.failing():
            experiment.drive(ALONE, 1)
    with experiment.resetting():
        opened = experiment.open()
    experiment.until_half_open(opened)
    callers = max(20, 2 * (_allowed(experiment.claims) or 0) + 2, 2 * experiment.threshold)
    with experiment.failing(experiment.within_timeout(TAKES, share=0.25)):
        callers = min(callers, MOST_CALLERS)
        experiment.drive(CROWD, callers, concurrency=callers)
        if _allowed(experiment.claims) is None:
            experiment.until_silent(REOPENED, silent=AFTER)
        else:
            experiment.drive(REOPENED, AFTER)
    # Whoever came late may have been a probe again.
    close(experiment, reopened=2)


def _allowed(claims: Claims) -> int | None:
    """Return how many calls it may admit before it is open again; None where that is not claimed.

    So many as it takes, and those that are under way when the last of them fails. How many it may
    admit at once is another property's matter.
    """
    if claims.probes is None:
        return None
    return claims.probes + (claims.bad_probes - 1 if claims.bad_probes else 0)


def judge(recording: Recording) -> Verdict:
    """Judge that it is open after the failed probes, and that it closes once the next are good."""
    failed = len(recording.failed(CROWD))
    found = _reopened(recording)
    good, sent = served(recording)
    needs = "probes that fail, and requests before its next ones: a longer recovery time, or a less"
    needs += " loaded machine"
    if not failed:
        found = replace(found, ruling=Ruling.INCONCLUSIVE)
    elif any(step.name == ALONE for step in recording.steps) and repeated(recording, ALONE):
        found = replace(
            found,
            ruling=Ruling.INCONCLUSIVE,
            statement=f"{found.statement} The client repeats what fails so by itself, which"
            " no-hidden-retries judges.",
        )
        needs = "a client that makes one call a request"
    elif found.ruling is not Ruling.FAIL and good < sent:
        found = _Found(
            Ruling.FAIL,
            f"{failed} probes failed in a crowd, the dependency healed, and after another recovery"
            f" time {good} of {sent} requests were answered by it; required are all.",
            steps=(CLOSED,),
        )
    return rule(
        recording,
        "failed probes open it again for a crowd",
        found.ruling,
        found.statement,
        steps=found.steps,
        counted=found.counted if found.ruling is Ruling.FAIL else (),
        needs=needs,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What the judge found so far."""

    ruling: Ruling
    statement: str
    steps: tuple[str, ...] = (CROWD, REOPENED)
    counted: tuple[Attempt, ...] = ()


def _reopened(recording: Recording) -> _Found:
    calls, later = recording.attempts(CROWD), recording.attempts(REOPENED)
    crowd, requests = (recording.run(step).responses for step in (CROWD, REOPENED))
    let_through = f"{len(calls)} of {len(crowd)} callers at once were let through"
    allowed = _allowed(recording.claims)
    if allowed is None:
        kept = any(each.status is not None and not reached(each, later) for each in requests)
        ruling = Ruling.PASS if kept else Ruling.FAIL
        if ruling is Ruling.FAIL and _too_slow(recording):
            ruling = Ruling.INCONCLUSIVE
        return _Found(
            ruling,
            f"{let_through}, and their failures {'opened' if kept else 'did not open'} it again;"
            " how many may is not claimed (--probes).",
        )
    # It can't have opened again before the first probe had started, nor may it probe before that
    # and a recovery time are over.
    first = min((call.started for call in calls), default=float("inf"))
    until = first + surely_held(recording, calls) + SHARE * recording.open_time.least
    early = tuple(call for call in later if call.started < until)
    left = max(0, allowed - sum(call.started < until for call in calls))
    came, asked = (sum(each.started < until for each in part) for part in (crowd, requests))
    enough = came > allowed and asked >= ENOUGH_AFTER
    ruling = Ruling.PASS if enough else Ruling.INCONCLUSIVE
    return _Found(
        Ruling.FAIL if len(early) > left else ruling,
        f"{let_through} and failed; then {len(early)} of {asked} requests reached the dependency,"
        f" allowed are {left}.",
        counted=early,
    )


def _too_slow(recording: Recording) -> bool:
    """Whether a window that is claimed may have forgotten the first failures by the last."""
    if not recording.claims.window:
        return False
    since = recording.run(CROWD).began
    return expected_opening(recording.claims, recording.ended_calls, since=since).latest is None


PROPERTY = Property(
    name="reopens-under-concurrency",
    promise="Probes that fail while many callers wait open it again, and keep no probe's place.",
    source="resilience4j, permittedNumberOfCallsInHalfOpenState; sony/gobreaker, MaxRequests",
    plan=plan,
    judge=judge,
    each_failure=True,
    needs_recovery=True,
    needs_timeout=True,
    workers_matter=WorkersMatter.CROWDS,
)
