"""Measures one block: interleaved pairs of single requests, then a burst of each arm."""

import asyncio
import random
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness.address import Address
from harness.criteria.attempts import missed
from harness.load.closed_loop import Caller
from harness.paired.processes import Processes
from harness.records import ArmBlock, Block, Evidence, Response

BURST = 24
"""Requests of a burst."""
AT_ONCE = 8
"""Callers of a burst."""

EvidenceSince = Callable[[float], tuple[Evidence, ...]]
"""Gives what the taps recorded since a moment, in the order of the dependencies."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How an endpoint's blocks are made, settled before the first that counts."""

    pairs: int
    burst: int
    settle: bool
    """Whether an untimed request precedes each timed one: a process that slept through the other
    arm's turn would else be timed waking up. Slow requests need none."""


FULL = Plan(pairs=10, burst=BURST, settle=True)


def plan(duration: float) -> Plan:
    """Return the plan for an endpoint whose requests take `duration` seconds.

    Blocks of slow requests are short, so that there are enough of them.
    """
    if duration < 0.02:
        return FULL
    return Plan(pairs=3, burst=AT_ONCE, settle=False)


@dataclass(slots=True)
class Lane:
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
    """What is gathered about one arm in one block."""

    timed: list[float] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class _Reading:
    """What an arm's processes had used up to a moment."""

    cpu: float | None = None
    resident: int | None = None


def _reading(lane: Lane) -> _Reading:
    if lane.processes is None:
        return _Reading()
    return _Reading(lane.processes.cpu_seconds(), lane.processes.resident())


async def measure(
    endpoint: str,
    lanes: tuple[Lane, Lane],
    plan: Plan,
    random: random.Random,
    evidence: EvidenceSince,
) -> Block:
    """Return one block of base (lane 0) and head (lane 1); the order of each pair is drawn."""
    tallies = (_Tally(), _Tally())
    turns: list[tuple[float, int]] = []
    before = [_reading(lane) for lane in lanes]
    began = time.monotonic()
    for _ in range(plan.pairs):
        first = random.getrandbits(1)
        for arm in (first, 1 - first):
            turns.append((time.monotonic(), arm))
            await _pair_half(endpoint, lanes[arm], tallies[arm], plan)
    first = random.getrandbits(1)
    for arm in (first, 1 - first):
        turns.append((time.monotonic(), arm))
        await _burst(endpoint, lanes[arm], tallies[arm], plan.burst)
    after = [_reading(lane) for lane in lanes]
    seen = await asyncio.to_thread(evidence, began)
    calls = [_calls(each, turns) for each in seen]
    base, head = (
        _arm(tallies[arm], before[arm], after[arm], tuple(counts[arm] for counts in calls))
        for arm in (0, 1)
    )
    return Block(endpoint=endpoint, began=began, base=base, head=head)


async def _pair_half(endpoint: str, lane: Lane, tally: _Tally, plan: Plan) -> None:
    caller = lane.callers[0]
    if plan.settle:
        response, _ = await caller.call(0, endpoint)
        tally.responses.append(response)
    response, _ = await caller.call(0, endpoint)
    tally.responses.append(response)
    tally.timed.append(response.duration)


async def _burst(endpoint: str, lane: Lane, tally: _Tally, requests: int) -> None:
    remaining = iter(range(requests))

    async def work(caller: Caller) -> None:
        for _ in remaining:
            response, _ = await caller.call(0, endpoint)
            tally.responses.append(response)

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for caller in lane.callers:
            group.create_task(work(caller))
    tally.rate = requests / (time.monotonic() - began)


def _calls(
    evidence: Evidence, turns: Sequence[tuple[float, int]]
) -> tuple[int, int] | tuple[None, None]:
    """Count each arm's calls: the arms take turns, so a call is whose turn it began in.

    None where the tap discarded records, or could not read its traffic.
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
    tally: _Tally, before: _Reading, after: _Reading, calls: tuple[int | None, ...]
) -> ArmBlock:
    used = None if before.cpu is None or after.cpu is None else after.cpu - before.cpu
    return ArmBlock(
        durations=tuple(tally.timed),
        requests=len(tally.responses),
        failures=sum(not response.succeeded for response in tally.responses),
        rate=tally.rate,
        cpu=used,
        resident=after.resident,
        grown=(after.resident or 0) - (before.resident or 0),
        calls=calls,
    )
