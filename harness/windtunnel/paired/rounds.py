"""Measures one round: timed requests in ABBA blocks, then a burst to each arm."""

import asyncio
import itertools
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from windtunnel.address import Address
from windtunnel.load.closed_loop import Caller
from windtunnel.load.grouped_errors import single_error
from windtunnel.load.own_limits import check_own_limits
from windtunnel.load.request_source import RequestSource
from windtunnel.machine.process_tree import ProcessTree, usable_cores
from windtunnel.paired.calls_by_arm import calls_by_arm, left_out_by_arm
from windtunnel.records import ArmRound, Evidence, RequestFailure, Response, Round

BURST = 16
"""Requests of a burst."""
AT_ONCE = 8
"""Callers of a burst."""

EvidenceSince = Callable[[float], tuple[Evidence, ...]]
"""Gives what the taps recorded since a moment, in the order of the dependencies."""


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """How the rounds of one endpoint are made. It is fixed before the first round that counts."""

    abba_blocks: int
    """Each is four timed requests: one arm, the other arm twice, the first arm again."""
    burst: int


MOST, LEAST, FEWEST = 20, 5, 2
"""ABBA blocks of a round: of quick requests, of slower ones, of those that take SLOW or longer."""
TIMED = 0.1
"""Seconds that the timed requests of a round are to take."""
SLOW = 0.02
"""Seconds of one request."""


def plan(duration: float) -> RoundPlan:
    """Return the plan for an endpoint whose requests take `duration` seconds.

    Rounds of slower requests are shorter, so that there are enough of them: what is counted or read
    once a round needs some twenty.
    """
    if duration >= SLOW:
        return RoundPlan(abba_blocks=FEWEST, burst=AT_ONCE)
    abba_blocks = MOST if duration <= 0 else int(TIMED / (4 * duration))
    if abba_blocks >= MOST:
        return RoundPlan(abba_blocks=MOST, burst=BURST)
    return RoundPlan(abba_blocks=max(LEAST, abba_blocks), burst=AT_ONCE)


@dataclass(slots=True)
class RunningArm:
    """One arm's connections and processes."""

    name: str
    address: Address
    processes: ProcessTree | None
    """None where they cannot be looked at: they run elsewhere."""
    fallback_header: str = "X-Fallback"
    requests: RequestSource | None = None
    """What it is asked by name; None where paths alone are."""
    timeout: float | None = None
    """Seconds after which a request has failed; None for each request's own."""
    callers: list[Caller] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    """Of its requests: both arms are asked the same, and nothing twice."""

    def __post_init__(self) -> None:
        self.callers = [
            Caller(
                self.address,
                fallback_header=self.fallback_header,
                timeout=self.timeout,
                requests=self.requests,
            )
            for _ in range(AT_ONCE)
        ]

    def close(self) -> None:
        """Close the connections."""
        for caller in self.callers:
            caller.close()


@dataclass(slots=True)
class _Tally:
    """What is gathered about one arm in one round."""

    timed: list[float] = field(default_factory=list)
    """NaN for a request without a good answer."""
    responses: list[Response] = field(default_factory=list)
    rate: float = math.nan
    clock: list[float | None] = field(default_factory=list)
    bursts: int = 0
    """Requests of the burst."""


class _OutOfTimeError(Exception):
    """The time was over before a request was answered."""


async def _ask(arm: RunningArm, endpoint: str, until: float, caller: int = 0) -> Response:
    """Send one request, but wait no longer than until then; _OutOfTimeError beyond."""
    left = until - time.monotonic()
    if left <= 0:
        raise _OutOfTimeError
    patience = arm.callers[caller].patience(endpoint)
    wait = min(patience, left)
    number = next(arm.numbers)
    response, _ = await arm.callers[caller].call(0, endpoint, timeout=wait, filled_as=number)
    if response.failure is RequestFailure.TIMED_OUT and wait < patience:
        raise _OutOfTimeError  # it was not given its time: that says nothing about the arm
    return response


def _resident(arm: RunningArm) -> int | None:
    return None if arm.processes is None else arm.processes.resident()


def _confine(arms: tuple[RunningArm, RunningArm], cores: frozenset[int]) -> None:
    for arm in arms:
        if arm.processes is not None:
            arm.processes.confine(cores)


async def measure(  # noqa: PLR0917 - all are needed
    endpoint: str,
    arms: tuple[RunningArm, RunningArm],
    plan: RoundPlan,
    random: random.Random,
    evidence: EvidenceSince,
    until: float = math.inf,
) -> Round:
    """Return one round of base (arm 0) and head (arm 1), or as much of it as `until` allows.

    Within an ABBA block both arms have the same mean position, so a linear drift cancels. The arm
    that begins is drawn at random. Both arms run on one core meanwhile, drawn anew for each round:
    neither shares its core with busier neighbours than the other does. NotTestable where this
    machine's own limits let requests not be sent.
    """
    tallies = (_Tally(), _Tally())
    before = [_resident(arm) for arm in arms]
    cores = usable_cores()
    _confine(arms, frozenset({random.choice(sorted(cores))}) if cores else cores)
    began = time.monotonic()
    turns: list[tuple[float, int]] = []
    try:
        await _timed(endpoint, arms, tallies, plan, random, until)
    except _OutOfTimeError:
        _confine(arms, cores)
    else:
        _confine(arms, cores)
        first = random.getrandbits(1)
        with suppress(_OutOfTimeError):
            for which in (first, 1 - first):
                turns.append((time.monotonic(), which))
                await _burst(endpoint, arms[which], tallies[which], plan.burst, until)
    check_own_limits(response for tally in tallies for response in tally.responses)
    after = [_resident(arm) for arm in arms]
    is_whole = all(tally.bursts for tally in tallies)
    calls: list[tuple[int, int] | tuple[None, None]] = []
    left_out: list[tuple[int, int]] = []
    if is_whole:
        seen = await asyncio.to_thread(evidence, turns[0][0])
        calls = [calls_by_arm(each, turns) for each in seen]
        left_out = [left_out_by_arm(each, turns) for each in seen]
    base, head = (
        _arm(
            tallies[which],
            before[which],
            after[which],
            calls=tuple(count[which] for count in calls),
            left_out=tuple(count[which] for count in left_out),
            counted=plan.burst if is_whole else 0,
        )
        for which in (0, 1)
    )
    return Round(endpoint=endpoint, began=began, base=base, head=head)


async def _timed(  # noqa: PLR0917 - all are needed
    endpoint: str,
    arms: tuple[RunningArm, RunningArm],
    tallies: tuple[_Tally, _Tally],
    plan: RoundPlan,
    random: random.Random,
    until: float,
) -> None:
    """Time the requests of a round; a block that is not completed counts for nothing."""
    for _ in range(plan.abba_blocks):
        _read(arms, tallies)
        first = random.getrandbits(1)
        block: list[tuple[int, Response]] = []
        for which in (first, 1 - first, 1 - first, first):
            try:
                block.append((which, await _ask(arms[which], endpoint, until)))
            except _OutOfTimeError:
                for tally in tallies:
                    tally.clock.pop()
                _read(arms, tallies)
                raise
        for which, response in block:
            tallies[which].responses.append(response)
            tallies[which].timed.append(response.duration if response.succeeded else math.nan)
    _read(arms, tallies)


def _read(arms: tuple[RunningArm, RunningArm], tallies: tuple[_Tally, _Tally]) -> None:
    """Read both arms' CPU clocks between two ABBA blocks.

    Always both, and from reading to reading without a gap: the kernel books the end of a request
    only once its process goes to sleep, which may be a moment after the answer.
    """
    for arm, tally in zip(arms, tallies, strict=True):
        tally.clock.append(None if arm.processes is None else arm.processes.cpu_seconds())


async def _burst(
    endpoint: str, arm: RunningArm, tally: _Tally, requests: int, until: float
) -> None:
    """Have several callers ask at once; what is cut off by the time counts for nothing."""
    remaining = iter(range(requests))
    responses: list[Response] = []
    is_over = False

    async def work(caller: int) -> None:
        nonlocal is_over
        for _ in remaining:
            try:
                responses.append(await _ask(arm, endpoint, until, caller))
            except _OutOfTimeError:
                is_over = True
                return

    began = time.monotonic()
    with single_error():
        async with asyncio.TaskGroup() as group:
            for caller in range(len(arm.callers)):
                group.create_task(work(caller))
    if is_over:
        raise _OutOfTimeError
    tally.bursts = requests
    tally.responses += responses
    if all(response.succeeded for response in responses):
        tally.rate = requests / (time.monotonic() - began)


def _arm(
    tally: _Tally,
    before: int | None,
    after: int | None,
    *,
    calls: tuple[int | None, ...],
    left_out: tuple[int, ...],
    counted: int,
) -> ArmRound:
    clock = [reading for reading in tally.clock if reading is not None]
    gone = len(clock) < len(tally.clock)
    used = () if gone else tuple((b - a) / 2 for a, b in pairwise(clock))
    bad = Counter(_outcome(each) for each in tally.responses if not each.succeeded)
    # Two timed requests a block: what a failed one used says nothing about good answers.
    failed = [math.isnan(sum(tally.timed[at : at + 2])) for at in range(0, len(tally.timed), 2)]
    return ArmRound(
        durations=tuple(tally.timed),
        requests=len(tally.responses),
        failures=bad.total(),
        rate=tally.rate,
        cpu=tuple(math.nan if f else u for u, f in zip(used, failed, strict=False)),
        resident=after,
        grown=(after or 0) - (before or 0),
        calls=calls,
        left_out=left_out,
        counted=counted,
        fallbacks=sum(each.succeeded and bool(each.fallback) for each in tally.responses),
        bad=tuple(bad.items()),
    )


def _outcome(response: Response) -> str:
    if response.status is not None:
        return f"answered {response.status}"
    return response.failure.text
