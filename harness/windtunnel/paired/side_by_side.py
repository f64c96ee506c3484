"""Runs a comparison: both arms started behind the same proxies, faults in force, then measured."""

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from windtunnel.address import Address
from windtunnel.criteria.verdict import Ruling
from windtunnel.load.loop_thread import LoopThread
from windtunnel.paired.arms import Arm
from windtunnel.paired.blocks import EvidenceSince, Lane
from windtunnel.paired.measurement import Gathered, Measurement, Request, Result
from windtunnel.paired.processes import Processes
from windtunnel.records import Evidence
from windtunnel.stack import Stack
from windtunnel_faults import Fault

LIVES = 5
"""Starts of both arms, at most: what a start owes to chance evens out over them."""
LIFE = 2.0
"""Seconds for which each is measured, at least; two there are always."""


def compare_arms(
    stack: Stack, arms: tuple[Arm, Arm], request: Request, faults: Sequence[Fault] = ()
) -> Result:
    """Start base and head on one stack, bring the faults about, and return what was measured.

    One start of both arms serves, unless something fails: then both are started anew, up to LIVES
    times in all, and the failure stands only where these processes show it too. Raises StartError
    where an arm does not start, VacuousFault where a fault struck nothing.
    """
    conditions = (
        f"backend {stack.backend.name}",
        f"profile {stack.profile.name}",
        *(f"fault {fault!r}" for fault in faults),
        f"seed {stack.seed}",
    )
    whole = replace(request, dependencies=stack.dependencies, conditions=conditions)
    gathered = Gathered()
    lives = max(2, min(LIVES, int(request.budget / LIFE)))
    share = request.budget / lives
    first = replace(whole, confirming=request.budget - share)
    result, measured = _live(stack, arms, first, faults, gathered)
    if all(verdict.ruling is not Ruling.FAIL for verdict in result.verdicts):
        return result
    # Where it failed late, each life is short, but none so short that it shows nothing.
    remaining = max(share, request.budget - measured)
    each = replace(whole, budget=remaining / (lives - 1))
    for _ in range(lives - 1):
        result, _ = _live(stack, arms, each, faults, gathered)
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
