"""What criteria read of a run, whether its load was a closed loop, journeys, or an open loop."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.records.edge import Edge, the_edge
from windtunnel.records.evidence import Evidence
from windtunnel.records.fault_window import FaultWindow
from windtunnel.records.limits import Limits
from windtunnel.records.machine_use import MachineUse
from windtunnel.records.merged_evidence import merged_evidence
from windtunnel.records.response import Response
from windtunnel.records.strain import Strain


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedRun(ABC):
    """One stretch of load: the callers' view, and each dependency's."""

    responses: Sequence[Response]
    """The requests, in order of their start. Of an open loop each is made when it is asked for."""
    began: float
    ended: float
    seed: int
    evidence: tuple[Evidence, ...] = ()
    """One for each edge: each program's way to what it calls."""
    profile: str = ""
    """The network profile in force, such as "loopback", with what exchanges took under it."""
    backend: str = ""
    faults: tuple[FaultWindow, ...] = ()
    """The faults that a scenario had in force at any time of the run."""
    notes: tuple[str, ...] = ()
    """Settings that differ from the target's defaults, such as "RECOVERY_TIMEOUT=1"."""
    profile_name: str = ""
    """The profile's name alone, such as "zone"."""
    limits: Limits = field(default_factory=Limits)
    """What the criteria demand of it where a test does not say otherwise."""
    machine: MachineUse | None = None
    """What this machine's cores did meanwhile; None where that is not known."""
    target: str = "target"
    """The driven program's name, as `caller` of an edge may give it."""
    load_ended: float | None = None
    """When its load was over, where `stack.up_to_now` let it have what came after; else None."""
    earlier: "tuple[ObservedRun, ...]" = field(default=(), repr=False)
    """The runs before it on the same target, in order; theirs are empty."""

    @property
    @abstractmethod
    def at_once(self) -> int:
        """How many requests may be under way at once; 0 where that has no bound."""

    @property
    @abstractmethod
    def pace(self) -> str:
        """How requests were sent, as a person reads it."""

    @property
    def is_sequential(self) -> bool:
        """Whether each request began after the one before had ended."""
        return self.at_once == 1

    @property
    def generator_strain(self) -> Strain | None:
        """How near the sender came to saturation; None where it sends no more than is answered."""
        return None

    @property
    def renewed(self) -> int:
        """How many requests were sent again after a new login."""
        return sum(response.renewed for response in self.responses)

    @property
    def unread_headers(self) -> int:
        """How many answers that were not good have headers which were not kept."""
        return 0

    @property
    def single_requests(self) -> Sequence[Response]:
        """The requests one by one, in order of their start: a journey's steps for the journey.

        A journey without steps stands for itself.
        """
        return self.responses

    def at(self, dependency: str) -> Evidence:
        """Return the evidence of a dependency, or of an `Edge`.

        Of a dependency that several programs call it is the target's, or the only one.
        ConfigurationError where there is none, or others may be meant.
        """
        wanted = Edge(dependency)
        found = {evidence.dependency: evidence for evidence in self.evidence}
        if dependency in found:
            return found[dependency]
        if any(Edge(name).dependency == wanted.dependency for name in found):
            return found[the_edge(found, wanted, target=self.target)]
        raise ConfigurationError(
            f"no evidence for dependency {shown(dependency)}{suggestion(dependency, found)}"
        )

    def everywhere(self, dependency: str) -> Evidence:
        """Return the evidence of a dependency whoever called it; of an `Edge`, its caller's alone.

        For what is judged at the dependency, such as what took effect there.
        """
        edge = Edge(dependency)
        found = [each for each in self.evidence if Edge(each.dependency).dependency == edge]
        return merged_evidence(str(edge), found) if len(found) > 1 else self.at(dependency)

    def to(self, endpoint: str) -> tuple[Response, ...]:
        """Return the responses of one endpoint, in order of their start."""
        return tuple(response for response in self.responses if response.endpoint == endpoint)
