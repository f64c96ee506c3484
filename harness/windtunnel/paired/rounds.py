"""Measures one round: timed requests in ABBA blocks, then a burst to each arm."""

import asyncio
import random
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from windtunnel.address import Address
from windtunnel.criteria.completeness import missed
from windtunnel.load.closed_loop import Caller
from windtunnel.paired.processes import Processes, usable
from windtunnel.records import ArmRound, Evidence, Response, Round

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
    processes: Processes | None
    """None where they cannot be looked at: they run elsewhere."""
    fallback_header: str = "X-Fallback"
    timeout: float = 10.0
    callers: list[Caller] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.callers = [
            Caller(self.address, fallback_header=self.fallback_header, timeout=self.timeout)
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
    responses: list[Response] = field(default_factory=list)
    rate: float = 0.0
    clock: list[float | None] = field(default_factory=list)


def _resident(arm: RunningArm) -> int | None:
    return None if arm.processes is None else arm.processes.resident()


def _confine(arms: tuple[RunningArm, RunningArm], cores: frozenset[int]) -> None:
    for arm in arms:
        if arm.processes is not None:
            arm.processes.confine(cores)


async def measure(
    endpoint: str,
    arms: tuple[RunningArm, RunningArm],
    plan: RoundPlan,
    random: random.Random,
    evidence: EvidenceSince,
) -> Round:
    """Return one round of base (arm 0) and head (arm 1).

    Within an ABBA block both arms have the same mean position, so a linear drift cancels. The arm
    that begins is drawn at random. Both arms run on one core meanwhile, drawn anew for each round:
    neither shares its core with busier neighbours than the other does.
    """
    tallies = (_Tally(), _Tally())
    before = [_resident(arm) for arm in arms]
    cores = usable()
    _confine(arms, frozenset({random.choice(sorted(cores))}) if cores else cores)
    began = time.monotonic()
    for _ in range(plan.abba_blocks):
        _read(arms, tallies)
        first = random.getrandbits(1)
        for which in (first, 1 - first, 1 - first, first):
            response, _ = await arms[which].callers[0].call(0, endpoint)
            tallies[which].responses.append(response)
            tallies[which].timed.append(response.duration)
    _read(arms, tallies)
    _confine(arms, cores)
    turns: list[tuple[float, int]] = []
    first = random.getrandbits(1)
    for which in (first, 1 - first):
        turns.append((time.monotonic(), which))
        await _burst(endpoint, arms[which], tallies[which], plan.burst)
    after = [_resident(arm) for arm in arms]
    seen = await asyncio.to_thread(evidence, turns[0][0])
    calls = [_calls(each, turns) for each in seen]
    base, head = (
        _arm(
            tallies[which],
            plan,
            before[which],
            after[which],
            tuple(count[which] for count in calls),
        )
        for which in (0, 1)
    )
    return Round(endpoint=endpoint, began=began, base=base, head=head)


def _read(arms: tuple[RunningArm, RunningArm], tallies: tuple[_Tally, _Tally]) -> None:
    """Read both arms' CPU clocks between two ABBA blocks.

    Always both, and from reading to reading without a gap: the kernel books the end of a request
    only once its process goes to sleep, which may be a moment after the answer.
    """
    for arm, tally in zip(arms, tallies, strict=True):
        tally.clock.append(None if arm.processes is None else arm.processes.cpu_seconds())


async def _burst(endpoint: str, arm: RunningArm, tally: _Tally, requests: int) -> None:
    remaining = iter(range(requests))

    async def work(caller: Caller) -> None:
        for _ in remaining:
            response, _ = await caller.call(0, endpoint)
            tally.responses.append(response)

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for caller in arm.callers:
            group.create_task(work(caller))
    tally.rate = requests / (time.monotonic() - began)


def _calls(
    evidence: Evidence, turns: Sequence[tuple[float, int]]
) -> tuple[int, int] | tuple[None, None]:
    """Count each arm's calls in the bursts. A call belongs to the arm in whose turn it began.

    Outside of the bursts the arms alternate too quickly: a call may outlast its request's answer.
    Return None where the tap discarded records, or could not read its traffic.
    """
    if missed(evidence):
        return None, None
    starts = [start for start, _ in turns]
    counts = [0, 0]
    for exchange in evidence.exchanges:
        place = bisect_right(starts, exchange.started) - 1
        if place >= 0 and not exchange.handshake:
            counts[turns[place][1]] += 1
    return counts[0], counts[1]


def _arm(
    tally: _Tally,
    plan: RoundPlan,
    before: int | None,
    after: int | None,
    calls: tuple[int | None, ...],
) -> ArmRound:
    clock = [reading for reading in tally.clock if reading is not None]
    gone = len(clock) < len(tally.clock)
    return ArmRound(
        durations=tuple(tally.timed),
        requests=len(tally.responses),
        failures=sum(not response.succeeded for response in tally.responses),
        rate=tally.rate,
        cpu=() if gone else tuple((b - a) / 2 for a, b in pairwise(clock)),
        resident=after,
        grown=(after or 0) - (before or 0),
        calls=calls,
        counted=plan.burst,
    )
