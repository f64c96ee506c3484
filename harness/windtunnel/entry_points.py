"""Reads what other distributions add by entry point: faults, backends, criteria and reports.

A distribution names, in one of the groups below, the object that it adds. It is loaded when it is
first needed; one that cannot be used is one error that names its distribution.
"""

from collections.abc import Container
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from windtunnel.errors import ConfigurationError

FAULTS = "windtunnel.faults"
"""Classes like those of `windtunnel.faults`: a dataclass whose first field is `dependency`."""
BACKENDS = "windtunnel.backends"
"""Called with (configuration, run=…, seed=…); returns a windtunnel.extensions.Backend."""
CRITERIA = "windtunnel.criteria"
"""Called with a run and the marker's arguments; returns a windtunnel.criteria.Verdict."""
REPORTS = "windtunnel.reports"
"""Called with the destination as it was typed; returns a windtunnel.extensions.Sink."""


@dataclass(frozen=True, slots=True)
class Extension:
    """One entry point, not loaded yet."""

    group: str
    name: str
    entry: EntryPoint

    def __str__(self) -> str:
        dist = self.entry.dist
        owner = f"{dist.name} {dist.version}" if dist else "an unknown distribution"
        return f"{owner}: entry point {self.name!r} in {self.group} ({self.entry.value})"

    def load(self) -> object:
        """Return what it names; ConfigurationError where it cannot be imported."""
        try:
            loaded: object = self.entry.load()
        except Exception as error:
            # Whatever the module of another distribution raises is reported as that one's mistake.
            raise ConfigurationError(
                f"{self}: cannot be loaded: {type(error).__name__}: {error}"
            ) from error
        return loaded


def extensions(group: str, taken: Container[str] = ()) -> dict[str, Extension]:
    """Return the entry points of a group by name; ConfigurationError where two have one name.

    `taken` are windtunnel's own names in that group.
    """
    found: dict[str, Extension] = {}
    for entry in entry_points(group=group):
        extension = Extension(group, entry.name, entry)
        if entry.name in taken:
            raise ConfigurationError(f"{extension}: the name is taken by windtunnel itself")
        known = found.get(entry.name)
        if known is not None and known.entry != entry:
            raise ConfigurationError(f"{extension}: the name is taken by {known}")
        found[entry.name] = extension
    return found
