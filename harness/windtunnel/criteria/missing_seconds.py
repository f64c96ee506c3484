"""How much waiting for a core it would take to explain that an objective fails."""

import numpy as np

from windtunnel.criteria.objective import Objective, ObjectiveFigure
from windtunnel.records.load_run import LoadRun


def missing_seconds(run: LoadRun, objective: Objective) -> float:
    """Return the waiting for a core that it would take to explain that an objective fails.

    A quantile moves by what a single request waits. For a mean all have to: but while a thread
    waits, so may the requests of all connections. Of a rate nothing is known.
    """
    samples = run.samples
    took = np.nan_to_num(samples.ended - samples.intended)
    match objective.figure:
        case ObjectiveFigure.QUANTILE:
            found = float(np.quantile(took, objective.share)) - objective.limit
        case ObjectiveFigure.MEAN:
            found = (float(took.mean()) - objective.limit) * len(took) / run.connections
        case _:
            found = 0.0
    return found
