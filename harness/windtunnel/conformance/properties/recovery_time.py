"""It stays open for its recovery time: neither shorter nor longer."""

from contextlib import ExitStack

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Opening, Recording, reached
from windtunnel.conformance.property_definition import Property, rule
from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.criteria import Finding, Ruling, Verdict

SHARE, LEAST = 0.1, 0.05
"""What it may be early or late: a tenth of the time, and 50 ms at least, for timers are coarse."""


def plan(experiment: Experiment) -> None:
    """Open it, and ask again and again until a call reaches the dependency."""
    with ExitStack() as failing:
        failing.enter_context(experiment.resetting())
        opened = experiment.open()
        expected = experiment.recovery
        step = max(0.005, min(0.5, expected.least / 40))
        end = opened.latest + expected.most * 1.5 + 0.5
        if experiment.claims.health_checks:
            # Their time begins once the dependency answers them.
            failing.close()
        experiment.probe("waiting", every=step, until=end, successfully=False)


def open_time(recording: Recording) -> TimeBounds:
    """Return how long it stayed open: between the last request kept back, and the first call.

    Both ends are sure: the request had started before it was kept back, and the call was let
    through before it started. Without a call the upper end is infinite.
    """
    return open_time_after(recording, recording.opened, ("opening", "waiting"))


def open_time_after(recording: Recording, opened: Opening, steps: tuple[str, str]) -> TimeBounds:
    """Return how long it stayed open after any opening, in the step of it and the one after."""
    seen = [call for call in recording.attempts(steps[1]) if call.started > opened.latest]
    first = min((attempt.started for attempt in seen), default=float("inf"))
    kept = [
        response.started
        for step in steps
        for response in recording.run(step).responses
        if opened.latest <= response.started < first and not reached(response, seen)
    ]
    return TimeBounds(max(kept, default=opened.latest) - opened.latest, first - opened.earliest)


def judge(recording: Recording) -> Verdict:
    """Judge the measured open time against the claimed one; without a claim, report it."""
    found = open_time(recording)
    claimed = recording.claims.open_time
    ruling, needs = Ruling.PASS, ""
    if claimed is None:
        allowed = "none is claimed"
        if found.most == float("inf"):
            ruling, needs = Ruling.INCONCLUSIVE, "the recovery time (--recovery)"
    else:
        spare = max(LEAST, SHARE * claimed.most)
        verb = "is" if claimed.least == claimed.most else "are"
        allowed = f"{claimed} {verb} claimed, give or take {spare:.2f} s"
        if found.most < claimed.least - spare or found.least > claimed.most + spare:
            ruling = Ruling.FAIL
        elif found.most > claimed.most + spare:
            # It may be late, or nobody asked at the right time.
            ruling, needs = Ruling.INCONCLUSIVE, "a less loaded machine"
    return rule(
        recording,
        "stays open for its recovery time",
        ruling,
        f"it stayed open for {found}; {allowed}.",
        steps=("waiting",),
        counted=tuple(recording.attempts("waiting")) if ruling is Ruling.FAIL else (),
        needs=needs,
        findings=(Finding("open for at least", found.least, "s"),),
    )


PROPERTY = Property(
    name="recovery-time",
    promise="It stays open for its recovery time, neither shorter nor longer.",
    source="Nygard, Release It!, 2nd ed., ch. 5; resilience4j, waitDurationInOpenState;"
    " Polly, BreakDuration",
    plan=plan,
    judge=judge,
    needs_recovery=True,
)
