"""What the sender of an open loop may have caused itself: then it is nobody else's fault."""

import math
from dataclasses import replace

from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.records import ObservedRun, RequestFailure, Response
from windtunnel.records.strain import Strain

BUSY = 0.90
"""Share of the time. Above it, generator saturation shows in every latency as queueing."""
LAG = 0.010
"""Seconds."""
STEPS = 10
"""Steps of a request (connecting, TLS, sending, reading) that a late event loop may each delay."""
WAITED = (RequestFailure.TIMED_OUT, RequestFailure.NOT_SENT)
"""Failures for which the caller waited until its deadline."""
MORE_CONNECTIONS = "more connections, so that no request waits for one"


def reasons(
    strain: Strain, *, busy: float = BUSY, lag: float = LAG, late: float = LAG
) -> list[str]:
    """Return why the engine was the bottleneck; nothing where it was not."""
    found = []
    if strain.busy > busy:
        found.append(f"it wanted a core for {strain.busy:.0%} of the time, allowed {busy:.0%}")
    if strain.lag > lag:
        found.append(
            f"its event loop woke {strain.lag * 1000:.1f} ms late (p99), allowed {lag * 1000:g} ms"
        )
    if strain.late > late:
        found.append(f"it sent {strain.late * 1000:.1f} ms late (p99), allowed {late * 1000:g} ms")
    return found


def longest_delay(strain: Strain) -> float:
    """Return the seconds that a strained engine may have added to a request."""
    return math.inf if strain.busy > BUSY else STEPS * strain.worst_delay


def blame_no_generator(verdict: Verdict, run: ObservedRun, wait: float) -> Verdict:
    """Return a verdict on times: what FAILs by what the engine may have added is INCONCLUSIVE.

    `wait` is the waiting that would explain it, in seconds; infinite where none does.
    """
    strain = run.generator_strain
    if verdict.ruling is not Ruling.FAIL or strain is None or not math.isfinite(wait):
        return verdict
    why = reasons(strain)
    if not why or wait > longest_delay(strain):
        return verdict
    return replace(
        verdict,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{verdict.statement} But the load engine was the bottleneck: {'; '.join(why)}.",
        needs="fewer requests a second, or a quieter machine",
    )


def was_held_back(response: Response, within: float | None = None) -> bool:
    """Whether a request of an open loop has no answer for want of a free connection.

    Never sent, or sent so late that it was on its way for `within` seconds at most (or else half of
    the time that it had), which says nothing of the service.
    """
    if response.due is None or response.status is not None:
        return False
    if response.failure is RequestFailure.TIMED_OUT:
        return response.on_its_way <= (response.duration / 2 if within is None else within)
    return response.failure is RequestFailure.NOT_SENT


def only_held_back(verdict: Verdict, held: int) -> Verdict:
    """Return a failure as INCONCLUSIVE, which no request shows but those that were held back."""
    return replace(
        verdict,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{verdict.statement} But {held} of the requests waited for a free connection of"
        " the sender's.",
        needs=MORE_CONNECTIONS,
    )
