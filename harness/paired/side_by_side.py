"""Runs a comparison: both arms started behind the same proxies, faults in force, then measured."""

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from faults import Fault
from harness.address import Address
from harness.criteria.verdict import Ruling
from harness.load.loop_thread import LoopThread
from harness.paired.arms import Arm
from harness.paired.blocks import EvidenceSince, Lane
from harness.paired.measurement import Gathered, Measurement, Request, Result
from harness.paired.processes import Processes
from harness.records import Evidence
from harness.stack import Stack

LIVES = 3
"""How often both arms are started anew before a failure stands: what only these processes do, and
not the code, is then ruled out by chance to the third power."""


def compare_arms(
    stack: Stack, arms: tuple[Arm, Arm], request: Request, faults: Sequence[Fault] = ()
) -> Result:
    """Start base and head on one stack, bring the faults about, and return what was measured.

    Where everything passes with the first processes, that is all; else both arms are started anew,
    up to LIVES times, and the budget is shared among them. Raises StartError where an arm does not
    start, VacuousFault where a fault struck nothing.
    """
    conditions = (
        f"backend {stack.backend.name}",
        f"profile {stack.profile.name}",
        *(f"fault {fault!r}" for fault in faults),
        f"seed {stack.seed}",
    )
    whole = replace(request, dependencies=stack.dependencies, conditions=conditions)
    gathered = Gathered()
    remaining = request.budget
    while True:
        shared = replace(whole, budget=remaining / (LIVES - gathered.lives))
        result, measured = _live(stack, arms, shared, faults, gathered)
        remaining = max(1.0, remaining - measured)
        passed = all(verdict.ruling is Ruling.PASS for verdict in result.verdicts)
        if passed or gathered.lives == LIVES:
            return result


def _live(
    stack: Stack,
    arms: tuple[Arm, Arm],
    request: Request,
    faults: Sequence[Fault],
    gathered: Gathered,
) -> tuple[Result, float]:
    """Return the result with one more start of both arms, and how long that was measured."""
    backend = stack.backend

    def evidence(since: float) -> tuple[Evidence, ...]:
        return tuple(backend.evidence(dependency, since) for dependency in request.dependencies)

    with ExitStack() as held:
        lanes = []
        for arm in arms:
            target = held.enter_context(stack.target(arm.program, **dict(arm.environment)))
            header = stack.configuration.fallback_header
            lanes.append(Lane(arm.name, target.address, Processes(target.pid), header))
        for fault in faults:
            held.enter_context(stack.inject(fault))
        began = time.monotonic()
        result = _measured((lanes[0], lanes[1]), request, stack.random, evidence, gathered)
        return result, time.monotonic() - began


def compare_addresses(
    names: tuple[str, str], addresses: tuple[Address, Address], request: Request, seed: int
) -> Result:
    """Measure two services that run already: their times only, since they are not behind taps."""
    base, head = (Lane(name, address, None) for name, address in zip(names, addresses, strict=True))
    conditions = ("two services that ran already", f"seed {seed}")
    return _measured(
        (base, head),
        replace(request, dependencies=(), conditions=conditions),
        random.Random(seed),  # noqa: S311 - replayable, not secret
        lambda since: (),
        Gathered(notes=["these processes alone were seen: others of the same code may differ"]),
    )


def _measured(
    lanes: tuple[Lane, Lane],
    request: Request,
    drawn: random.Random,
    evidence: EvidenceSince,
    gathered: Gathered,
) -> Result:
    loop = LoopThread()
    measurement = Measurement(
        lanes, request, loop=loop, random=drawn, evidence=evidence, gathered=gathered
    )
    try:
        return measurement.run()
    finally:
        measurement.close()
        loop.close()
