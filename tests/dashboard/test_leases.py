"""A fault lives as long as its lease, and not a look longer; healing says what it touched."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest

from windtunnel.backends.embedded import EmbeddedBackend
from windtunnel.dashboard.leases import FaultLeases
from windtunnel.errors import ConfigurationError, ControlError, StartError, WindtunnelError
from windtunnel.records import Certainty, Evidence, Refusals
from windtunnel_faults import Fault, Latency, Outage


@dataclass
class Pretended:
    """A backend in which faults are a list. `refused` is what its tap has seen of them."""

    lapses: int = 0
    in_force: list[Fault] = field(default_factory=list)
    refused: tuple[float, ...] = ()
    broken: bool | Fault = False
    """Whether no healing works, or which fault's does not."""
    failure: type[WindtunnelError] = ControlError
    slowly: float = 0.0
    """Seconds that a healing takes."""

    def inject(self, fault: Fault) -> None:
        self.in_force.append(fault)

    def heal(self, fault: Fault) -> None:
        time.sleep(self.slowly)
        if self.broken in (True, fault):
            raise self.failure("the proxy is gone")
        self.in_force.remove(fault)

    def evidence(self, dependency: str, since: float) -> Evidence:
        refusals = Refusals(
            dependency=dependency,
            since=since,
            until=None,
            certainty=Certainty.PACKETS,
            times=self.refused,
        )
        return Evidence(dependency=dependency, at=since + 1e6, refusals=(refusals,))


class Bench:
    """Leases over a pretended backend, with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.told: list[tuple[str, str]] = []
        self.backend = Pretended()
        pretended: EmbeddedBackend = self.backend  # type: ignore[assignment]  # as far as is used
        self.leases = FaultLeases(
            pretended,
            lambda *said: self.told.append(said),
            evidence=self.backend.evidence,
            clock=lambda: self.now,
        )


OUTAGE = Outage("catalog")


def test_a_fault_heals_when_its_lease_ends_and_not_before() -> None:
    async def scenario() -> None:
        bench = Bench()
        lease = await bench.leases.inject(OUTAGE, 30)
        bench.now += 29.9
        await bench.leases.expire()
        assert bench.backend.in_force == [OUTAGE]
        assert bench.leases.remaining(lease) == pytest.approx(0.1)
        bench.now += 0.2
        await bench.leases.expire()
        assert bench.backend.in_force == []
        assert [source for source, _ in bench.told] == ["you", "lease", "lease"]
        assert "its lease ended" in bench.told[1][1]

    asyncio.run(scenario())


def test_a_renewed_lease_counts_from_its_renewal() -> None:
    async def scenario() -> None:
        bench = Bench()
        lease = await bench.leases.inject(OUTAGE, 30)
        bench.now += 20
        bench.leases.renew(lease.number)
        bench.now += 20
        await bench.leases.expire()
        assert bench.backend.in_force == [OUTAGE]
        bench.leases.renew(lease.number, 5)
        assert bench.leases.remaining(lease) == 5

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("refused", "said"), [((), "It touched no traffic"), ((1e9,), "It touched traffic")]
)
def test_healing_says_whether_the_fault_touched_traffic(
    refused: tuple[float, ...], said: str
) -> None:
    async def scenario() -> None:
        bench = Bench()
        lease = await bench.leases.inject(OUTAGE, 30)
        window = lease.injection.window
        bench.backend.refused = tuple(window.began + 0.001 for _ in refused)
        assert (await bench.leases.heal(lease.number)).startswith(said)
        assert bench.backend.in_force == []

    asyncio.run(scenario())


def test_a_healing_that_fails_keeps_the_fault_in_sight_and_is_tried_again() -> None:
    async def scenario() -> None:
        bench = Bench()
        lease = await bench.leases.inject(OUTAGE, 30)
        bench.backend.broken = True
        with pytest.raises(ControlError, match="the proxy is gone"):
            await bench.leases.heal(lease.number)
        assert bench.leases.active[0] is lease
        bench.now += 31
        await bench.leases.expire()
        assert bench.leases.active[0] is lease
        bench.backend.broken = False
        bench.now += 31
        await bench.leases.expire()
        assert not bench.leases.active

    asyncio.run(scenario())


def test_faults_that_the_keeper_has_healed_are_not_shown_as_in_force() -> None:
    async def scenario() -> None:
        bench = Bench()
        await bench.leases.inject(OUTAGE, 30)
        await bench.leases.inject(Latency("redis", 0.1), 30)
        bench.backend.lapses += 1
        await bench.leases.expire()
        assert not bench.leases.active
        assert any("windtunnel itself was suspended" in text for _, text in bench.told)

    asyncio.run(scenario())


def test_the_same_fault_is_not_injected_twice() -> None:
    async def scenario() -> None:
        bench = Bench()
        await bench.leases.inject(Latency("catalog", 0.1), 30)
        await bench.leases.inject(Latency("redis", 0.1), 30)
        with pytest.raises(ConfigurationError, match=r"in force already \(number 1\)"):
            await bench.leases.inject(Latency("catalog", 0.2), 30)

    asyncio.run(scenario())


@pytest.mark.parametrize("seconds", [0, 0.5, -1, 3601, float("nan"), float("inf")])
def test_a_lease_has_a_shortest_and_a_longest(seconds: float) -> None:
    async def scenario() -> None:
        bench = Bench()
        with pytest.raises(ConfigurationError, match="expected 1 to 3600 seconds"):
            await bench.leases.inject(OUTAGE, seconds)
        assert bench.backend.in_force == []

    asyncio.run(scenario())


def test_an_unknown_number_names_those_in_force() -> None:
    async def scenario() -> None:
        bench = Bench()
        with pytest.raises(ConfigurationError, match="has the number 7; there is: none"):
            await bench.leases.heal(7)
        await bench.leases.inject(OUTAGE, 30)
        with pytest.raises(ConfigurationError, match=r"there is: 1 \(Outage\)"):
            bench.leases.renew(7)

    asyncio.run(scenario())


def test_a_lease_that_ends_while_its_fault_is_healed_by_hand_is_over_and_nothing_else() -> None:
    async def scenario() -> None:
        bench = Bench()
        lease = await bench.leases.inject(OUTAGE, 30)
        bench.backend.slowly = 0.05
        bench.now += 31
        await asyncio.gather(bench.leases.heal(lease.number), bench.leases.expire())
        assert bench.backend.in_force == []
        assert bench.leases.active == ()

    asyncio.run(scenario())


def test_a_dependency_that_does_not_start_again_is_tried_again_too() -> None:
    async def scenario() -> None:
        bench = Bench()
        await bench.leases.inject(OUTAGE, 30)
        bench.backend.broken, bench.backend.failure = True, StartError
        bench.now += 31
        await bench.leases.expire()
        assert len(bench.leases.active) == 1
        bench.backend.broken = False
        bench.now += 60
        await bench.leases.expire()
        assert not bench.leases.active

    asyncio.run(scenario())


def test_healing_all_tries_every_fault_and_tells_the_first_failure() -> None:
    async def scenario() -> None:
        bench = Bench()
        latency = Latency("redis", 0.1)
        await bench.leases.inject(OUTAGE, 30)
        await bench.leases.inject(latency, 30)
        bench.backend.broken = latency
        with pytest.raises(ControlError, match="the proxy is gone"):
            await bench.leases.heal_all()
        assert bench.backend.in_force == [latency]

    asyncio.run(scenario())
