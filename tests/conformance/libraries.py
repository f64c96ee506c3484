"""The breakers whose answers are known, each with what it says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from tests.conformance.stand import SETTINGS
from windtunnel import __version__
from windtunnel.conformance.claims import Claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A breaker behind the tiny service."""

    name: str
    probes: int
    """Trial calls that its documentation speaks of, or that it is set to."""
    window: bool = False
    """Whether it has a window after which a failure is forgotten."""
    deviations: frozenset[str] = frozenset()
    """Properties that it is known to FAIL; each has a minimal test in test_deviations.py."""

    @property
    def module(self) -> str:
        """The module that puts it behind the tiny service."""
        return f"services.with_{self.name}"

    @property
    def version(self) -> str:
        """The installed version; the sample target's is windtunnel's own."""
        return __version__ if self.name == "target" else version(self.name)

    @property
    def settings(self) -> Mapping[str, object]:
        """The tiny service's environment."""
        return {**SETTINGS, "PROBES": self.probes}

    @property
    def claims(self) -> Claims:
        """What the suite is told."""
        return Claims(
            threshold=int(SETTINGS["THRESHOLD"]),
            recovery=SETTINGS["RECOVERY"],
            probes=self.probes,
            window=SETTINGS["WINDOW"] if self.window else None,
            workers=1,
        )


ALL_PROBES, LATE = "half-open-probes", "late-failures-are-void"
CANCELLED = "cancelled-callers-do-not-count"
LATE_SUCCESS = "late-successes-are-void"
WALL = "wall-clock-plays-no-part"

LIBRARIES = (
    Library(name="target", probes=2, window=True),
    Library(name="pybreaker", probes=1, deviations=frozenset({ALL_PROBES, CANCELLED, LATE, WALL})),
    Library(name="aiobreaker", probes=1, deviations=frozenset({ALL_PROBES, LATE, WALL})),
    Library(name="purgatory", probes=1, deviations=frozenset({ALL_PROBES, CANCELLED, LATE, WALL})),
    Library(
        name="circuitbreaker",
        probes=1,
        deviations=frozenset({ALL_PROBES, LATE, LATE_SUCCESS}),
    ),
    Library(name="hyx", probes=1, deviations=frozenset({ALL_PROBES, LATE, WALL})),
)
