"""Measures one block: requests to both arms in foursomes, then a burst to each."""

import asyncio
import random
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from windtunnel.address import Address
from windtunnel.criteria.attempts import missed
from windtunnel.load.closed_loop import Caller
from windtunnel.paired.processes import Processes, usable
from windtunnel.records import ArmBlock, Block, Evidence, Response

BURST = 16
"""Requests of a burst."""
AT_ONCE = 8
"""Callers of a burst."""

EvidenceSince = Callable[[float], tuple[Evidence, ...]]
"""Gives what the taps recorded since a moment, in the order of the dependencies."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How an endpoint's blocks are made, settled before the first that counts."""

    foursomes: int
    """Timed requests come in fours: one arm, twice the other, the first again."""
    burst: int


MOST, LEAST, FEWEST = 20, 5, 2
"""Foursomes of a block of quick requests, of slower ones, and of those that take SLOW or longer."""
TIMED = 0.1
"""Seconds that the timed requests of a block are to take."""
SLOW = 0.02
"""Seconds of one request."""


def plan(duration: float) -> Plan:
    """Return the plan for an endpoint whose requests take `duration` seconds.

    Blocks of slower requests are shorter, so that there are enough of them: what is counted or read
    once a block needs some twenty.
    """
    if duration >= SLOW:
        return Plan(foursomes=FEWEST, burst=AT_ONCE)
    foursomes = MOST if duration <= 0 else int(TIMED / (4 * duration))
    if foursomes >= MOST:
        return Plan(foursomes=MOST, burst=BURST)
    return Plan(foursomes=max(LEAST, foursomes), burst=AT_ONCE)


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
    clock: list[float | None] = field(default_factory=list)


def _resident(lane: Lane) -> int | None:
    return None if lane.processes is None else lane.processes.resident()


def _confine(lanes: tuple[Lane, Lane], cores: frozenset[int]) -> None:
    for lane in lanes:
        if lane.processes is not None:
            lane.processes.confine(cores)


async def measure(
    endpoint: str,
    lanes: tuple[Lane, Lane],
    plan: Plan,
    random: random.Random,
    evidence: EvidenceSince,
) -> Block:
    """Return one block of base (lane 0) and head (lane 1).

    Within a foursome both arms have the same mean place, so that a drift cancels. Which of them
    begins is drawn, and so is thereby which comes twice in a row and need not be woken up for its
    second request. Meanwhile both run on one core, drawn for each block, so that neither shares its
    core with busier neighbours than the other does.
    """
    tallies = (_Tally(), _Tally())
    before = [_resident(lane) for lane in lanes]
    cores = usable()
    _confine(lanes, frozenset({random.choice(sorted(cores))}) if cores else cores)
    began = time.monotonic()
    for _ in range(plan.foursomes):
        _read(lanes, tallies)
        first = random.getrandbits(1)
        for arm in (first, 1 - first, 1 - first, first):
            response, _ = await lanes[arm].callers[0].call(0, endpoint)
            tallies[arm].responses.append(response)
            tallies[arm].timed.append(response.duration)
    _read(lanes, tallies)
    _confine(lanes, cores)
    turns: list[tuple[float, int]] = []
    first = random.getrandbits(1)
    for arm in (first, 1 - first):
        turns.append((time.monotonic(), arm))
        await _burst(endpoint, lanes[arm], tallies[arm], plan.burst)
    after = [_resident(lane) for lane in lanes]
    seen = await asyncio.to_thread(evidence, turns[0][0])
    calls = [_calls(each, turns) for each in seen]
    base, head = (
        _arm(tallies[arm], plan, before[arm], after[arm], tuple(count[arm] for count in calls))
        for arm in (0, 1)
    )
    return Block(endpoint=endpoint, began=began, base=base, head=head)


def _read(lanes: tuple[Lane, Lane], tallies: tuple[_Tally, _Tally]) -> None:
    """Read both arms' clocks between two foursomes.

    Always both, and from reading to reading without a gap: the kernel books the end of a request
    only once its process goes to sleep, which may be a moment after the answer.
    """
    for lane, tally in zip(lanes, tallies, strict=True):
        tally.clock.append(None if lane.processes is None else lane.processes.cpu_seconds())


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
    """Count each arm's calls in the bursts: a call is whose turn it began in.

    Single requests alternate too quickly to tell whose a call is that outlasts its answer. None
    where the tap discarded records, or could not read its traffic.
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
    tally: _Tally, plan: Plan, before: int | None, after: int | None, calls: tuple[int | None, ...]
) -> ArmBlock:
    clock = [reading for reading in tally.clock if reading is not None]
    gone = len(clock) < len(tally.clock)
    return ArmBlock(
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
