"""Numbers on the command line: times such as "500ms", "10s" or "1m", and finite numbers."""

import math
import re

import click

_UNITS = {"": 1.0, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class Duration(click.ParamType[float]):
    """Reads a time as seconds."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds; a usage error where there is no time above zero."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*([a-z]*)\s*", str(value))
        if match is None or match[2] not in _UNITS or float(match[1]) == 0:
            self.fail(f"{value!r}: expected a time such as 500ms, 10s or 1m", param, ctx)
        return float(match[1]) * _UNITS[match[2]]


class FiniteRange(click.FloatRange):
    """A number within bounds; unlike click's own it refuses NaN, which no bound keeps out."""

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number; a usage error where there is none within the bounds."""
        number: float = super().convert(value, param, ctx)  # type: ignore[arg-type]  # click takes text
        if not math.isfinite(number):
            self.fail(f"{value!r}: expected a finite number", param, ctx)
        return number


SECONDS = Duration()
NUMBER = FiniteRange()
