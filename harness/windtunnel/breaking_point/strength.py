"""What of a fault is varied, and between which values: "latency catalog seconds=0.01..1"."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from windtunnel.errors import ConfigurationError
from windtunnel.fault_kinds import build, find
from windtunnel_faults import Fault

RANGES = {
    "seconds": (0.005, 2.0),
    "probability": (0.005, 1.0),
    "bytes_per_second": (10_000_000.0, 1000.0),
    "limit_bytes": (10_000_000.0, 100.0),
    "keep_bytes": (100_000.0, 1.0),
}
"""The mildest and the hardest value where none are given. The first that a fault has is varied."""
_UNITS = {"seconds": ("ms", 1000.0), "probability": ("%", 100.0)}


@dataclass(frozen=True, slots=True)
class Strength:
    """One parameter of a fault, from mild to hard. Its levels are above 0; higher is harder."""

    kind: str
    dependency: str
    parameter: str
    mildest: float
    hardest: float
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def levels(self) -> tuple[float, float]:
        """The lowest and the highest level."""
        return self.level(self.mildest), self.level(self.hardest)

    def level(self, value: float) -> float:
        """Return a value's level: itself, or, where less is harder, how much less it is."""
        return value if self.hardest > self.mildest else self.mildest / value

    def value(self, level: float) -> float:
        """Return the parameter's value at a level."""
        return level if self.hardest > self.mildest else self.mildest / level

    def show(self, level: float) -> str:
        """Return the value at a level as a person reads it."""
        unit, scale = _UNITS.get(self.parameter, (self.parameter.replace("_", " "), 1.0))
        number = float(f"{self.value(level) * scale:.3g}")
        return f"{number:g} {unit}" if number < 1e6 else f"{number:.0f} {unit}"

    def fault(self, level: float) -> Fault:
        """Return the fault at a level; ConfigurationError where it cannot be."""
        value = self.value(level)
        is_whole = self.parameter.endswith(("bytes", "bytes_per_second"))
        text = f"{round(value)}" if is_whole else f"{value!r}"
        return build(self.kind, self.dependency, {**self.others, self.parameter: text})


def read(kind: str, dependency: str, settings: Mapping[str, str]) -> Strength:
    """Return what is varied of a fault; ConfigurationError says what is wrong.

    That is the setting whose value is a range, as in seconds=0.01..1, from mild to hard; without
    any, the fault's first parameter in RANGES, over the whole range there.
    """
    found = find(kind)
    names = [parameter.name for parameter in found.parameters]
    ranges = {name: text for name, text in settings.items() if ".." in text}
    if len(ranges) > 1:
        raise ConfigurationError(f"{' and '.join(ranges)}: expected one range, as one is varied")
    if ranges:
        [(name, text)] = ranges.items()
        mildest, hardest = _range(name, text)
    else:
        unset = [name for name in RANGES if name in names and name not in settings]
        if not unset:
            raise ConfigurationError(
                f"{found.name}: expected a range to vary, such as seconds=0.01..1;"
                f" it has {', '.join(names) or 'no parameter'}"
            )
        name = unset[0]
        mildest, hardest = RANGES[name]
    others = {key: text for key, text in settings.items() if key != name}
    strength = Strength(found.name, dependency, name, mildest, hardest, others)
    for level in strength.levels:  # so that a mistake is reported before anything starts
        strength.fault(level)
    return strength


def _range(name: str, text: str) -> tuple[float, float]:
    mildest, _, hardest = text.partition("..")
    try:
        ends = float(mildest), float(hardest)
    except ValueError:
        ends = (0.0, 0.0)
    if not all(0 < end < float("inf") for end in ends) or ends[0] == ends[1]:
        raise ConfigurationError(
            f"{name}={text}: expected two numbers above zero, the milder first, as in 0.01..1"
        )
    return ends
