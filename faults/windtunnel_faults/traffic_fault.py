"""Whose calls a fault strikes: what all faults of traffic have in common."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TrafficFault:
    """A fault on the way to a dependency, for the calls of one program or of all."""

    caller: str = ""
    """The program whose calls it strikes. Empty: those of each program that calls it."""

    def __repr__(self) -> str:
        """Write it as a scenario does, with the caller where there is one."""
        names = [each.name for each in fields(self) if each.name != "caller"]
        given = [f"{name}={getattr(self, name)!r}" for name in names]
        given += [f"caller={self.caller!r}"] * bool(self.caller)
        return f"{type(self).__name__}({', '.join(given)})"
