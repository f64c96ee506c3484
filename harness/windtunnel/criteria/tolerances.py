"""How much worse head may be than base before it counts as a regression."""

from dataclasses import dataclass, fields

from windtunnel.errors import ConfigurationError, suggestion
from windtunnel.number_bounds import TOLERANCE, check_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """Shares of base's figure, unless said otherwise.

    Two processes of the same code differ as long as they run, because their memory lies in
    different places (Mytkowicz et al. 2009, doi:10.1145/1508244.1508275). The benchmark
    tests.benchmarks.processes_alike measures by how much. A smaller tolerance would find
    regressions where there are none.
    """

    mean: float = 0.015
    """Of the mean of times capped at a threshold that is drawn from base's first requests."""
    p50: float = 0.015
    p99: float = 0.25
    slow: float = 0.01
    """The share of requests that may be added to base's of those slower than that threshold."""
    throughput: float = 0.05
    cpu: float = 0.02
    memory: float = 0.10
    growth: float = 256.0
    """Bytes a request by which memory may grow more."""
    calls: float = 0.05
    """Calls a request that may be added, for each dependency."""

    def __post_init__(self) -> None:
        for field in fields(self):
            check_number("tolerance ", field.name, getattr(self, field.name), TOLERANCE)

    @classmethod
    def parse(cls, settings: tuple[str, ...]) -> "Tolerances":
        """Return the defaults changed by settings such as "p99=0.5"; ConfigurationError."""
        names = [field.name for field in fields(cls)]
        changed = {}
        for setting in settings:
            name, _, text = setting.partition("=")
            if name not in names:
                raise ConfigurationError(
                    f"tolerance {setting!r}: no such figure{suggestion(name, names)}"
                )
            try:
                changed[name] = float(text)
            except ValueError:
                changed[name] = float("nan")
            if not TOLERANCE.admits(changed[name]):
                raise ConfigurationError(f"tolerance {setting!r}: expected {TOLERANCE.expected}")
        return cls(**changed)
