"""Tells when a service has warmed up, from its response times alone."""

from collections.abc import Sequence
from statistics import fmean, pvariance

BATCH = 5
"""Values a batch (MSER-5)."""
LEAST = 10
"""Batches from which anything can be said."""


def warm_after(values: Sequence[float]) -> int | None:
    """Return how many of the first values belong to the warm-up; None while that is not known.

    MSER-5: cut off as many batches of five as make the remaining mean's standard error smallest.
    A cut in the second half says that the rest is not steady yet (White 1997, "An effective
    truncation heuristic for bias reduction in simulation output", doi:10.1177/003754979706900601).
    """
    whole = len(values) // BATCH
    if whole < LEAST:
        return None
    batches = [fmean(values[place * BATCH : (place + 1) * BATCH]) for place in range(whole)]
    errors = [pvariance(batches[cut:]) / (whole - cut) for cut in range(whole - BATCH)]
    cut = errors.index(min(errors))
    return cut * BATCH if cut <= whole // 2 else None
