"""Runs a comparison: both arms started behind the same proxies, faults in force, then measured."""

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from windtunnel.address import Address
from windtunnel.configuration import Configuration
from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.errors import StartError
from windtunnel.load.loop_thread import LoopThread
from windtunnel.load.request_source import RequestSource
from windtunnel.machine.process_tree import ProcessTree
from windtunnel.paired.arms import Arm
from windtunnel.paired.measurement import ComparisonRequest, ComparisonResult, Gathered, Measurement
from windtunnel.paired.rounds import EvidenceSince, RunningArm
from windtunnel.records import Evidence
from windtunnel.stack import Stack
from windtunnel.target_requests import TargetRequests
from windtunnel_faults import Fault

GENERATIONS = 5
"""The most times that both arms are started: what one start owes to chance evens out over them."""
LEAST_SECONDS = 1.0
"""Seconds for which a generation is measured at least, or it is not started."""
GRACE = 1.0
"""Seconds beyond the budget that a last generation may take."""
GENERATION_SECONDS = 2.0
"""The least seconds for which one generation is measured. There are always two generations."""


def compare_arms(
    stack: Stack, arms: tuple[Arm, Arm], request: ComparisonRequest, faults: Sequence[Fault] = ()
) -> ComparisonResult:
    """Start base and head on one stack, bring the faults about, and return what was measured.

    Both arms are started once. If something fails, both are started anew, up to GENERATIONS times
    in all, and the failure stands only where these processes show it too: where the budget leaves
    no time for that, nothing fails but requests without a good answer. Raises StartError where
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
    # Half of the time is the first generation's, whose figures are still open when one has failed.
    first = replace(whole, confirming=request.budget / 2)
    asked = time.monotonic()
    result, began = _generation(stack, arms, first, faults, gathered)
    if all(verdict.ruling is not Ruling.FAIL for verdict in result.verdicts):
        return result
    deadline = began + request.budget
    # Starting takes of the same budget: where it takes long, fewer generations are measured longer.
    if time.monotonic() + (began - asked) + LEAST_SECONDS > deadline + GRACE:
        return replace(result, verdicts=tuple(_unconfirmed(each) for each in result.verdicts))
    of_each = GENERATION_SECONDS + began - asked
    generations = max(2, min(generations, 1 + int((deadline - time.monotonic()) / of_each)))
    for number in range(1, generations):
        end = time.monotonic() + max(0.0, deadline - time.monotonic()) / (generations - number)
        if number > 1 and end - time.monotonic() < LEAST_SECONDS:
            break
        result, _ = _generation(stack, arms, whole, faults, gathered, end)
    return result


def _unconfirmed(verdict: Verdict) -> Verdict:
    """Return a failure that may be chance's, as long as no fresh processes have shown it."""
    if verdict.ruling is not Ruling.FAIL or verdict.criterion_id == "regression_failures":
        return verdict
    said = verdict.statement.rstrip(".")
    return replace(
        verdict,
        ruling=Ruling.INCONCLUSIVE,
        statement=f"{said}; but no time was left to see whether fresh processes show it.",
        needs="fresh processes that agree: a longer budget",
    )


def _generation(  # noqa: PLR0917 - all are needed
    stack: Stack,
    arms: tuple[Arm, Arm],
    request: ComparisonRequest,
    faults: Sequence[Fault],
    gathered: Gathered,
    end: float | None = None,
) -> tuple[ComparisonResult, float]:
    """Return the result with one more start of both arms, and when its measurement began.

    It is measured until `end`, or for the whole budget.
    """

    def evidence(since: float) -> tuple[Evidence, ...]:
        return tuple(stack.evidence(dependency, since) for dependency in request.dependencies)

    with ExitStack() as held:
        running = []
        for arm in arms:
            try:
                target = held.enter_context(stack.target(arm.program, **dict(arm.environment)))
            except StartError as error:
                raise StartError("\n".join(filter(None, (f"{error}", arm.note)))) from None
            header = stack.configuration.fallback_header
            asked = target.requests.of_a_run("compare")
            processes = ProcessTree(target.pid)
            running.append(RunningArm(arm.name, target.address, processes, header, asked))
        gathered.notes += [arm.note for arm in arms if arm.note]
        gathered.notes += [
            f"{arm.name}: its processes cannot be looked at from here, so there are no figures of"
            " CPU and memory"
            for arm in running
            if arm.processes is None or arm.processes.cpu_seconds() is None
        ]
        stack.wait_for_control_period()
        for fault in faults:
            held.enter_context(stack.inject(fault))
        began = time.monotonic()
        if end is not None:
            request = replace(request, budget=max(LEAST_SECONDS, end - began))
        result = _measured((running[0], running[1]), request, stack.random, evidence, gathered)
        return result, began


def compare_addresses(
    names: tuple[str, str],
    addresses: tuple[Address, Address],
    request: ComparisonRequest,
    seed: int,
    configuration: Configuration | None = None,
) -> ComparisonResult:
    """Measure two services that run already: their times only, since they are not behind taps.

    Endpoints may be the configuration's requests, which carry its login.
    """

    def requests(address: Address, name: str) -> RequestSource | None:
        if configuration is None:
            return None
        requests = TargetRequests(address, configuration, name=name, seed=f"{seed}")
        return requests.of_a_run("compare")

    base, head = (
        RunningArm(name, address, None, requests=requests(address, name))
        for name, address in zip(names, addresses, strict=True)
    )
    conditions = ("two services that ran already",)
    return _measured(
        (base, head),
        replace(request, dependencies=(), conditions=conditions, seed=seed),
        random.Random(seed),  # noqa: S311 - replayable, not secret
        lambda since: (),
        Gathered(
            notes=[
                "these processes alone were seen: others of the same code may differ",
                "their times alone were seen: CPU, memory and calls were not",
            ]
        ),
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
