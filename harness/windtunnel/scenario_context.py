"""What the targets and faults of one scenario have in common."""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from windtunnel.backends.backend_contract import Backend
from windtunnel.configuration import Configuration
from windtunnel.load.loop_thread import LoopThread
from windtunnel.load.requests_under_way import RequestsUnderWay
from windtunnel.machine.machine_meter import MachineMeter
from windtunnel.network_profiles import Profile
from windtunnel.records import FaultWindow
from windtunnel.unasked_calls import UnaskedCallsFilter


@dataclass(slots=True)
class ScenarioContext:
    """What a scenario's targets share: the backend, the loop, the seed, and what is in force."""

    backend: Backend
    configuration: Configuration
    loop: LoopThread
    seed: int
    random: random.Random
    profile: Profile
    windows: Callable[[], tuple[FaultWindow, ...]]
    unasked: UnaskedCallsFilter
    machine: MachineMeter
    began: list[float] = field(default_factory=list)
    """When each run of the scenario began, on whichever target, whatever became of it."""
    name: str = ""
    """The scenario's."""
    learn: Callable[[Iterable[str]], None] = lambda values: None
    """Takes values that are secrets."""
    under_way: RequestsUnderWay = field(default_factory=RequestsUnderWay)
    """The requests and journeys of all its targets."""

    def begin(self) -> float:
        """Return when a run begins, which is now, and remember it."""
        now = time.monotonic()
        self.began.append(now)
        return now

    @property
    def request_seed(self) -> str:
        """What the placeholders of its requests follow from."""
        return f"{self.seed} {self.name}"
