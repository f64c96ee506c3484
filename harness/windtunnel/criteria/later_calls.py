"""Calls after a run's load: its own work that goes on, or those of requests sent one by one."""

from collections.abc import Iterable

from windtunnel.criteria.completeness import between
from windtunnel.records import Evidence, ObservedRun

ITS_OWN = "the run as it was before stack.up_to_now: later calls may be those of single requests"


def only_later(run: ObservedRun, evidence: Iterable[Evidence], allowed: int) -> bool:
    """Whether no more calls than are allowed were made during the run's load itself."""
    if run.load_ended is None:
        return False
    return sum(between(each, run.began, run.load_ended).least for each in evidence) <= allowed
