"""A history as text: a small plot for each series, and its changes with their commits."""

from collections.abc import Sequence

from windtunnel.history.changes import Series
from windtunnel.reports.explanation import amount

BARS = "▁▂▃▄▅▆▇█"
LONGEST = 60
"""Runs that a line shows: the last ones."""


def lines(every: Sequence[Series]) -> list[str]:
    """Return the lines, machine by machine."""
    written: list[str] = []
    seen = None
    for series in every:
        place = (series.fingerprint, series.under)
        if place != seen:
            written.append(f"machine {series.fingerprint}: {series.machine}; {series.under}")
            seen = place
        written.append(
            f"  {series.endpoint:<20} {series.name:<18} {bars(series.values[-LONGEST:])}"
            f"  {amount(series.values[-1], series.unit)}, {len(series.runs)} runs"
        )
        written += [f"    {described(series, change)}" for change in series.changes]
    return written


def described(series: Series, change: int) -> str:
    """Return one change in words."""
    before, after = series.level(change)
    share = f" ({after / before - 1:+.1%})" if before else ""
    entry = series.runs[change].entry
    return (
        f"changed at {entry.commit[:9]} ({entry.at[:10]}):"
        f" {amount(before, series.unit)} to {amount(after, series.unit)}{share}"
    )


def bars(values: Sequence[float]) -> str:
    """Return one bar for each value, scaled between the least and the greatest."""
    low, high = min(values), max(values)
    if low == high:
        return BARS[0] * len(values)
    return "".join(BARS[int((v - low) / (high - low) * (len(BARS) - 1) + 0.5)] for v in values)
