"""The load engine was not saturated: what it measured is the service."""

import math

import numpy as np
from numpy.typing import NDArray

from windtunnel.criteria.strained_generator import BUSY, LAG, longest_delay
from windtunnel.criteria.strained_generator import reasons as strain_reasons
from windtunnel.criteria.verdict import Finding, Ruling, Verdict
from windtunnel.records.load_run import LoadRun
from windtunnel.records.request_failure import RequestFailure
from windtunnel.records.samples import Samples

MORE_ROOM = "more processes, fewer requests a second, or a quieter machine"
SURE = 10
"""A time-out so many times longer than that delay is not the engine's."""

_DOUBTFUL = [RequestFailure.OTHER, *(kind for kind in RequestFailure if kind.needs)]


def generator_kept_up(
    run: LoadRun, *, busy: float = BUSY, lag: float = LAG, late: float = LAG
) -> Verdict:
    """Judge generator saturation: PASS where the engine had room, else INCONCLUSIVE.

    It never rules FAIL: a saturated engine is no fault of the service. `busy` is the share of time
    in which its thread wanted a core; `lag` and `late` are the 99th percentiles, in seconds, of how
    late the event loop woke and requests were sent.
    """
    strain = run.strain
    reasons = list(run.lost)
    lacked = {kind: count for kind, count in run.failures().items() if kind.needs}
    reasons += [f"{count} of its requests: {kind.text}" for kind, count in lacked.items()]
    reasons += strain_reasons(strain, busy=busy, lag=lag, late=late)
    return Verdict(
        criterion="load engine kept up",
        criterion_id="generator_kept_up",
        subject=run.engine,
        ruling=Ruling.INCONCLUSIVE if reasons else Ruling.PASS,
        statement="; ".join(reasons) + "."
        if reasons
        else (
            f"it wanted a core for {strain.busy:.0%} of the time and woke"
            f" {strain.lag * 1000:.2f} ms late (p99)."
        ),
        value=strain.busy,
        unit="share",
        needs="; ".join([kind.needs for kind in lacked] or [MORE_ROOM]) if reasons else "",
        findings=(
            Finding("event loop lag p99", strain.lag, "s"),
            Finding("late sends p99", strain.late, "s"),
        ),
        conditions=conditions_of_load(run),
    )


def may_be_own(run: LoadRun, samples: Samples) -> tuple[NDArray[np.bool_], float]:
    """Return what a strained engine may have caused.

    That is the requests that it may have failed itself, and the seconds that it may have added to
    each of the others. A status, a refusal or a reset comes from the other side. An engine that
    wanted more of a core than there was also took it from a service beside it: then no time is
    known to be the service's.
    """
    failure = samples.failure
    doubtful = np.isin(failure, _DOUBTFUL)
    waited = np.isin(failure, (RequestFailure.TIMED_OUT, RequestFailure.NOT_SENT))
    delay = longest_delay(run.strain)
    if math.isinf(delay):
        return doubtful | waited, delay
    return doubtful | (waited & (samples.ended - samples.intended < SURE * delay)), delay


def conditions_of_load(run: LoadRun) -> tuple[str, ...]:
    """Return how the load was made, the same in every verdict on it."""
    return (
        f"engine {run.engine}",
        run.arrivals or "closed loop",
        f"{run.connections} connections",
        run.protocol,
        f"{run.processes} process{'es' * (run.processes > 1)}",
        f"seed {run.seed}",
        *([f"one request in {run.totals.kept_one_in} kept"] if run.totals else []),
    )
