"""What is claimed, what was found, and the verdict that follows."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


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
    def verdict(self) -> str:
        """PASS or FAIL where the whole range is on one side of the bound.

        The range of six rounds holds the true median with a probability of 1 - 2 / 2**6, or 97 %:
        that is when all six fall on one side of it.
        """
        if self.least is None and self.most is None:
            return ""
        low, high = min(self.found), max(self.found)
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
        spread = f"{min(self.found):,.3g} to {max(self.found):,.3g}" if len(self.found) > 1 else ""
        return (
            f"{self.what:52}{found:>9} {self.unit:<5}{spread:>20}   {', '.join(bounds):16}"
            f"{self.verdict}"
        )


HEADING = f"{'claim':52}{'median':>9} {'':5}{'range over rounds':>20}   {'bound':16}verdict"
