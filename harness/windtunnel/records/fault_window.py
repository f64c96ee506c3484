"""One injected fault, and the time it was in force."""

from dataclasses import dataclass


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
