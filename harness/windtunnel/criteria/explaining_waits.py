"""How long a run must have waited for a core, if that were all that made it slow."""

import numpy as np

from windtunnel.criteria.objective import Objective, ObjectiveFigure
from windtunnel.criteria.strained_generator import WAITED
from windtunnel.criteria.waiting_requests import needed_wait
from windtunnel.records.load_run import LoadRun


def explaining_wait(run: LoadRun, objective: Objective, lower: float) -> float:
    """Return the seconds of waiting that would explain that an objective fails; infinite: none can.

    `lower` is the lower bound of a mean. Requests that failed without waiting, and wrong answers,
    are not slow. In an open loop requests pile up behind a wait: each may be as late as all of it.
    """
    samples = run.samples
    took = np.nan_to_num(samples.ended - samples.intended)
    waited = np.isin(samples.failure, [int(kind) for kind in WAITED]) & ~samples.answered
    at_once = 0 if run.arrivals else run.connections
    kept_one_in = run.requests / len(samples)
    allowed = int(objective.limit * len(samples))
    match objective.figure:
        case ObjectiveFigure.QUANTILE:
            timed = samples.good | ~samples.answered
            late = timed & (samples.answered | waited) & (took >= objective.limit)
            hopeless = int(np.count_nonzero(timed & ~samples.answered & ~waited))
            allowed = int((1 - objective.share) * np.count_nonzero(timed))
            excess = took[late] - objective.limit
        case ObjectiveFigure.ERRORS:
            hopeless = int(np.count_nonzero(~samples.good & ~waited))
            excess = took[waited]
        case ObjectiveFigure.MEAN:
            requests = int(np.count_nonzero(samples.good | waited))
            each = max(0.0, lower - objective.limit)
            return max(each, each * requests * kept_one_in / at_once if at_once else 0.0)
        case ObjectiveFigure.THROUGHPUT:
            return 0.0  # nothing is known of what would have come
    return needed_wait(
        excess.tolist(), hopeless, allowed=allowed, at_once=at_once, kept_one_in=kept_one_in
    )
