"""What the properties share that look whether it closes: the way there, and how that is judged."""

import time

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.criteria import Ruling
from windtunnel_faults import Latency

UNCLAIMED_PROBES = 20
"""Good probes after which a breaker must be closed of which no number is claimed."""
AFTER = 5
"""Requests that must be served once it is closed."""
CLOSED, CROWD, HEALTHY_CROWD = "closed", "closed, a crowd", "healthy, a crowd"
"""Steps: one at a time, many at once, and as many before anything was broken."""
TAKES = 0.1
"""Seconds for which a crowd's calls are under way, at the most."""


def close(experiment: Experiment, *, after: int = AFTER, reopened: int = 1) -> None:
    """Wait for a good probe of the dependency, which has healed, make enough, and ask again.

    What is still half-open may admit several probes before it closes. It may have been opened again
    so many times, each for longer, as claimed.
    """
    growth = (experiment.claims.backoff or 1) ** (reopened - 1)
    end = time.monotonic() + experiment.next_open_time * growth * 1.5 + 1.0
    if experiment.claims.backoff is None:
        # It may grow with each try, which nobody has said.
        end += experiment.recovery.most
    experiment.probe("waiting", every=0.05, until=end, successfully=True)
    experiment.drive("probing", good_probes(experiment))
    experiment.drive(CLOSED, after)


def good_probes(experiment: Experiment) -> int:
    """Return how many good probes close it, as far as that is claimed."""
    claims = experiment.claims
    return max(claims.good_probes or claims.probes or UNCLAIMED_PROBES, 1)


def crowd(experiment: Experiment, step: str) -> None:
    """Send more callers at once than it may admit while half-open, at a slow dependency."""
    callers = min(100, max(10, 2 * (experiment.claims.probes or 4) + 2))
    with experiment.inject(
        Latency(experiment.dependency, experiment.within_timeout(TAKES, share=0.25))
    ):
        experiment.drive(step, callers, concurrency=callers)


def crowd_kept_back(recording: Recording) -> tuple[Ruling, str]:
    """Judge that a closed breaker keeps none of a crowd back; INCONCLUSIVE where others may.

    A pool or a bulkhead keeps back as many of a crowd that comes before anything was broken.
    """
    sent = len(recording.run(CROWD).responses)
    made = len(recording.attempts(CROWD))
    statement = f"of {sent} callers at once {sent - made} were kept back once it had closed"
    if made >= sent:
        return Ruling.PASS, statement
    before = len(recording.attempts(HEALTHY_CROWD))
    ruling = Ruling.FAIL if before >= sent else Ruling.INCONCLUSIVE
    return ruling, f"{statement}, {max(0, sent - before)} of as many before it opened"


def served(recording: Recording) -> tuple[int, int]:
    """Return how many requests the dependency answered once it had closed, and of how many."""
    return recording.answered(CLOSED), len(recording.run(CLOSED).responses)
