"""While it is open callers are answered at once: by a fallback or a clear error, no timeout."""

from math import comb

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording, reached
from windtunnel.conformance.property_definition import Property, rule
from windtunnel.criteria import Finding, Ruling, Verdict
from windtunnel.criteria.intervals import CONFIDENCE
from windtunnel.criteria.verdict import decide_below
from windtunnel.records import RequestFailure

REQUESTS = 30
LIMIT = 0.1
"""Seconds: what a person takes for instantaneous (Nielsen, Usability Engineering, 1993, 5.5)."""


def plan(experiment: Experiment) -> None:
    """Open it, and ask while it is open."""
    with experiment.resetting():
        experiment.open()
        experiment.drive("open", REQUESTS)


def judge(recording: Recording) -> Verdict:
    """Judge the median answer's interval against the limit, and that every caller got an answer."""
    seen = recording.attempts("open")
    rejected = [r for r in recording.run("open").responses if not reached(r, seen)]
    # One that is cut off may have been sent on a connection that the service was closing.
    unanswered = sum(response.failure is RequestFailure.TIMED_OUT for response in rejected)
    times = sorted(r.duration for r in rejected if r.status is not None)
    rank = _rank(len(times))
    if unanswered or 2 * len(times) < len(rejected):
        ruling, needs = Ruling.FAIL, ""
    elif rank is None:
        ruling, needs = Ruling.INCONCLUSIVE, "8 requests or more that are kept from the dependency"
    else:
        ruling = decide_below(times[rank], times[-1 - rank], LIMIT)
        needs = "a less loaded machine"
    median = times[len(times) // 2] if times else float("nan")
    return rule(
        recording,
        "the open answer is fast",
        ruling,
        f"{len(times)} of {len(rejected)} rejected callers were answered, in {median * 1000:.1f} ms"
        f" by the median; allowed are {LIMIT * 1000:g} ms.",
        steps=("open",),
        needs=needs,
        findings=(
            Finding("with a fallback", sum(bool(r.fallback) for r in rejected), "answers"),
            Finding("with an error", sum(not r.succeeded for r in rejected), "answers"),
        ),
    )


def _rank(count: int) -> int | None:
    """Return the order statistic that bounds the median from below (Conover, 1999, 3.2)."""
    tail, rank = 0.0, None
    for number in range(count // 2):
        tail += comb(count, number) / 2**count
        if tail > (1 - CONFIDENCE) / 2:
            break
        rank = number
    return rank


PROPERTY = Property(
    name="open-answer-is-fast",
    promise="While it is open every caller is answered at once, by a fallback or a clear error.",
    source="Nygard, Release It!, 2nd ed., ch. 5, Fail Fast and Circuit Breaker",
    plan=plan,
    judge=judge,
)
