"""What is claimed, what was found, and the verdict that follows."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binom

CONFIDENCE = 0.95
"""Of the interval of a median."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A bound on a figure, and the figure as each round found it."""

    what: str
    found: Sequence[float]
    least: float | None = None
    most: float | None = None
    unit: str = ""

    @property
    def middle(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.found)

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the median, from the order of the rounds alone (Conover 1999, 3.2).

        With too few rounds for one (fewer than six), their range.
        """
        ranked = sorted(self.found)
        left_out = max(0, int(binom.ppf((1 - CONFIDENCE) / 2, len(ranked), 0.5)) - 1)
        return ranked[left_out], ranked[-1 - left_out]

    @property
    def verdict(self) -> str:
        """PASS or FAIL where the whole interval is on one side of the bound."""
        if self.least is None and self.most is None:
            return ""
        low, high = self.interval
        least = low if self.least is None else self.least
        most = high if self.most is None else self.most
        if least <= low and high <= most:
            return "PASS"
        return "FAIL" if high < least or most < low else "INCONCLUSIVE"

    def __str__(self) -> str:
        bounds = [
            f"{sign} {bound:,g}"
            for sign, bound in ((">=", self.least), ("<=", self.most))
            if bound is not None
        ]
        found = f"{self.middle:,.3g}" if abs(self.middle) < 1000 else f"{self.middle:,.0f}"
        spread = "{:,.3g} to {:,.3g}".format(*self.interval) if len(self.found) > 1 else ""
        return (
            f"{self.what:52}{found:>9} {self.unit:<5}{spread:>20}   {', '.join(bounds):16}"
            f"{self.verdict}"
        )


HEADING = f"{'claim':52}{'median':>9} {'':5}{'its interval':>20}   {'bound':16}verdict"
