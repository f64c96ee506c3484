"""A machine that others keep busy makes everything slow: then slowness is nobody's fault."""

from dataclasses import replace
from math import isfinite

from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.records.machine_use import MachineUse

TAKEN = 0.10
"""Share of the cores' time that others must have taken to be in the way."""
FREE = 0.20
"""Share of the cores' time that was idle: with more of it nobody was in anybody's way."""


def blame_no_crowd(verdict: Verdict, machine: MachineUse | None, wait: float) -> Verdict:
    """Return a verdict on times: what FAILs for want of a core is INCONCLUSIVE.

    That is, while others had the cores, and where the run's threads had none for the `wait` seconds
    at least which it would take to explain the failure. Others are never a reason against a PASS:
    they can only make it slower.
    """
    if verdict.ruling is not Ruling.FAIL or machine is None or not machine.available:
        return verdict
    taken = (machine.others + machine.stolen) / machine.available
    # A thread whose core the hypervisor took away does not count as waiting.
    explained = isfinite(wait) and wait <= machine.waited + machine.stolen
    if taken < TAKEN or machine.idle / machine.available > FREE or not explained:
        return verdict
    waited = f", and the run's threads waited {machine.waited:.1f} s for one"
    return replace(
        verdict,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{verdict.statement} Meanwhile other work took {taken:.0%} of this machine's"
        f" cores, {machine.idle / machine.available:.0%} were free"
        f"{waited if isfinite(machine.waited) else ''}.",
        needs="a machine that nothing else keeps busy",
    )
