"""A machine that others keep busy makes everything slow: then slowness is nobody's fault."""

from dataclasses import replace

from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.records.machine_use import MachineUse

TAKEN = 0.10
"""Share of the cores' time that others must have taken to be in the way."""
FREE = 0.20
"""Share of the cores' time that was idle: with more of it nobody was in anybody's way."""


def blame_no_crowd(verdict: Verdict, machine: MachineUse | None) -> Verdict:
    """Return a verdict on times: what FAILs while others had the cores is INCONCLUSIVE.

    Others are never a reason against a PASS: they can only make it slower.
    """
    if verdict.ruling is not Ruling.FAIL or machine is None:
        return verdict
    taken = (machine.others + machine.stolen) / machine.available
    if taken < TAKEN or machine.idle / machine.available > FREE:
        return verdict
    return replace(
        verdict,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{verdict.statement} Meanwhile other work took {taken:.0%} of this machine's"
        f" cores, and {machine.idle / machine.available:.0%} were free.",
        needs="a machine that nothing else keeps busy",
    )
