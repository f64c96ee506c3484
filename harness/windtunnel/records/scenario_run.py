"""One stretch of load in a scenario: the callers' view and each tap's, with the faults in force."""

from dataclasses import dataclass, field

from windtunnel.records.edge import Edge, the_edge
from windtunnel.records.evidence import Evidence
from windtunnel.records.limits import Limits
from windtunnel.records.machine_use import MachineUse
from windtunnel.records.response import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultWindow:
    """One injected fault and the time it was in force."""

    fault: str
    """The fault as it reads in a scenario, such as "Outage('catalog')"."""
    dependency: str
    began: float
    ended: float | None = None
    kind: str = ""
    """The fault's class, such as "Outage"."""
    toxic: str = ""
    """The prefix of its toxics' names at the tap. Empty where touches don't show its effect."""
    caller: str = ""
    """The program whose calls it strikes. Empty: those of each that calls the dependency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one stretch of load produced: the caller's view, and each dependency's."""

    responses: tuple[Response, ...]
    evidence: tuple[Evidence, ...]
    """One for each edge: each program's way to what it calls."""
    began: float
    ended: float
    concurrency: int
    """How many requests were under way at once, at most."""
    profile: str
    """The network profile in force, such as "loopback", with what exchanges took under it."""
    backend: str
    seed: int
    faults: tuple[FaultWindow, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """Settings that differ from the target's defaults, such as "RECOVERY_TIMEOUT=1"."""
    profile_name: str = ""
    """The profile's name alone, such as "zone"."""
    limits: Limits = field(default_factory=Limits)
    """What the criteria demand of it where a test does not say otherwise."""
    machine: MachineUse | None = None
    """What this machine's cores did meanwhile; None where that is not known."""
    target: str = "target"
    """The driven program's name, as `caller` of an edge may give it."""
    earlier: "tuple[Run, ...]" = field(default=(), repr=False)
    """The runs before it on the same target, in order; theirs are empty."""

    def at(self, dependency: str) -> Evidence:
        """Return the evidence of a dependency, or of an `Edge`; KeyError names the ones there are.

        Of a dependency that several programs call it is the target's, or the only one;
        ConfigurationError where others may be meant.
        """
        wanted = Edge(dependency)
        found = {evidence.dependency: evidence for evidence in self.evidence}
        if dependency in found:
            return found[dependency]
        if any(Edge(name).dependency == wanted.dependency for name in found):
            return found[the_edge(found, wanted, target=self.target)]
        known = ", ".join(found) or "none"
        raise KeyError(f"no evidence for dependency {dependency!r}; there is: {known}")

    @property
    def single_requests(self) -> tuple[Response, ...]:
        """The requests one by one, in order of their start: a journey's steps for the journey.

        A journey without steps stands for itself.
        """
        if all(response.steps is None for response in self.responses):
            return self.responses
        return tuple(step for each in self.responses for step in each.steps or (each,))

    def to(self, endpoint: str) -> tuple[Response, ...]:
        """Return the responses of one endpoint, in order of their start."""
        return tuple(response for response in self.responses if response.endpoint == endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Interleaved pairs: request n of `a` and request n of `b` were made side by side."""

    a: Run
    b: Run

    def evidence_at(self, dependency: str) -> Evidence:
        """Return the dependency's evidence over both arms."""
        return self.a.at(dependency)
