"""Runs a comparison: both arms started behind the same proxies, faults in force, then measured."""

import random
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from faults import Fault
from harness.address import Address
from harness.load.loop_thread import LoopThread
from harness.paired.arms import Arm
from harness.paired.blocks import EvidenceSince, Lane
from harness.paired.measurement import Measurement, Request, Result
from harness.paired.processes import Processes
from harness.records import Evidence
from harness.stack import Stack


def compare_arms(
    stack: Stack, arms: tuple[Arm, Arm], request: Request, faults: Sequence[Fault] = ()
) -> Result:
    """Start base and head on one stack, bring the faults about, and return what was measured.

    Raises StartError where an arm does not start, VacuousFault where a fault struck nothing.
    """
    dependencies = stack.dependencies
    backend = stack.backend

    def evidence(since: float) -> tuple[Evidence, ...]:
        return tuple(backend.evidence(dependency, since) for dependency in dependencies)

    with ExitStack() as held:
        lanes = []
        for arm in arms:
            target = held.enter_context(stack.target(arm.program, **dict(arm.environment)))
            lanes.append(
                Lane(
                    arm.name,
                    target.address,
                    Processes(target.pid),
                    stack.configuration.fallback_header,
                )
            )
        for fault in faults:
            held.enter_context(stack.inject(fault))
        conditions = (
            f"backend {backend.name}",
            f"profile {stack.profile.name}",
            *(f"fault {fault!r}" for fault in faults),
            f"seed {stack.seed}",
        )
        return _measured(
            (lanes[0], lanes[1]),
            replace(request, dependencies=dependencies, conditions=conditions),
            stack.random,
            evidence,
        )


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
    )


def _measured(
    lanes: tuple[Lane, Lane], request: Request, drawn: random.Random, evidence: EvidenceSince
) -> Result:
    loop = LoopThread()
    measurement = Measurement(lanes, request, loop=loop, random=drawn, evidence=evidence)
    try:
        return measurement.run()
    finally:
        measurement.close()
        loop.close()
