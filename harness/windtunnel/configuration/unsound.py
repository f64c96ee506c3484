"""One mistake between settings, and the names that no user's program can have."""

from dataclasses import dataclass

from windtunnel.configuration.positions import Place

OWN_PROGRAMS = frozenset({"tap", "toxiproxy"})
"""Names of programs of a run, which no dependency can have."""


@dataclass(frozen=True, slots=True)
class Unsound:
    """One mistake: where it is, and what was expected there."""

    place: Place
    expected: str
    missing: bool = False
    """Whether nothing was found there."""
    hidden: bool = False
    """Whether what was found there is not shown: it may hold a password."""


def is_own_name(name: str) -> bool:
    """Whether a part of a run has this name itself."""
    return name in OWN_PROGRAMS or name.startswith("target-")
