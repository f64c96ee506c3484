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
from windtunnel.paired.measurement import ComparisonRequest, ComparisonResult, Gathered, Measurement
from windtunnel.paired.processes import Processes
from windtunnel.paired.rounds import EvidenceSince, RunningArm
from windtunnel.records import Evidence
from windtunnel.stack import Stack
from windtunnel_faults import Fault

GENERATIONS = 5
"""The most times that both arms are started: what one start owes to chance evens out over them."""
GENERATION_SECONDS = 2.0
"""The least seconds for which one generation is measured. There are always two generations."""


def compare_arms(
    stack: Stack, arms: tuple[Arm, Arm], request: ComparisonRequest, faults: Sequence[Fault] = ()
) -> ComparisonResult:
    """Start base and head on one stack, bring the faults about, and return what was measured.

    Both arms are started once. If something fails, both are started anew, up to GENERATIONS times
    in all, and the failure stands only where these processes show it too. Raises StartError where
    an arm does not start, VacuousFault where a fault struck nothing.
    """
    conditions = (
        f"backend {stack.backend.name}",
        f"profile {stack.profile.name}",
        *(f"fault {fault!r}" for fault in faults),
    )
    whole = replace(
        request, dependencies=stack.dependencies, conditions=conditions, seed=stack.seed
    )
    gathered = Gathered()
    generations = max(2, min(GENERATIONS, int(request.budget / GENERATION_SECONDS)))
    share = request.budget / generations
    first = replace(whole, confirming=request.budget - share)
    result, measured = _generation(stack, arms, first, faults, gathered)
    if all(verdict.ruling is not Ruling.FAIL for verdict in result.verdicts):
        return result
    # If it failed late, each further generation is short, but long enough to show something.
    remaining = max(share, request.budget - measured)
    each = replace(whole, budget=remaining / (generations - 1))
    for _ in range(generations - 1):
        result, _ = _generation(stack, arms, each, faults, gathered)
    return result


def _generation(
    stack: Stack,
    arms: tuple[Arm, Arm],
    request: ComparisonRequest,
    faults: Sequence[Fault],
    gathered: Gathered,
) -> tuple[ComparisonResult, float]:
    """Return the result with one more start of both arms, and how long that was measured."""
    backend = stack.backend

    def evidence(since: float) -> tuple[Evidence, ...]:
        return tuple(backend.evidence(dependency, since) for dependency in request.dependencies)

    with ExitStack() as held:
        running = []
        for arm in arms:
            target = held.enter_context(stack.target(arm.program, **dict(arm.environment)))
            header = stack.configuration.fallback_header
            running.append(RunningArm(arm.name, target.address, Processes(target.pid), header))
        for fault in faults:
            held.enter_context(stack.inject(fault))
        began = time.monotonic()
        result = _measured((running[0], running[1]), request, stack.random, evidence, gathered)
        return result, time.monotonic() - began


def compare_addresses(
    names: tuple[str, str],
    addresses: tuple[Address, Address],
    request: ComparisonRequest,
    seed: int,
) -> ComparisonResult:
    """Measure two services that run already: their times only, since they are not behind taps."""
    base, head = (
        RunningArm(name, address, None) for name, address in zip(names, addresses, strict=True)
    )
    conditions = ("two services that ran already",)
    return _measured(
        (base, head),
        replace(request, dependencies=(), conditions=conditions, seed=seed),
        random.Random(seed),  # noqa: S311 - replayable, not secret
        lambda since: (),
        Gathered(notes=["these processes alone were seen: others of the same code may differ"]),
    )


def _measured(
    running: tuple[RunningArm, RunningArm],
    request: ComparisonRequest,
    drawn: random.Random,
    evidence: EvidenceSince,
    gathered: Gathered,
) -> ComparisonResult:
    loop = LoopThread()
    measurement = Measurement(
        running, request, loop=loop, random=drawn, evidence=evidence, gathered=gathered
    )
    try:
        return measurement.run()
    finally:
        measurement.close()
        loop.close()
