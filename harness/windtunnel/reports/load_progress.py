"""A live line while load runs, on standard error, and only on a terminal."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from windtunnel.load.worker import Progress
from windtunnel.reports.load_summary import time

CLEAR_LINE = "\x1b[K"
"""Erases the terminal's line from the cursor on."""

Update = Callable[[tuple[Progress, ...], float], None]


@contextmanager
def progress(seconds: float) -> Iterator[Update]:
    """Return a function that shows the workers' latest reports of a run of `seconds`."""
    if not sys.stderr.isatty():
        yield lambda reports, at: None
        return

    # Drawn when a report comes, not by a thread of its own: the cores are the load's.
    def draw(reports: tuple[Progress, ...], at: float) -> None:
        width = shutil.get_terminal_size().columns
        _write(line(reports, at, seconds)[: width - 1])

    try:
        yield draw
    finally:
        _write("")


def _write(text: str) -> None:
    """Put a text in place of the line on which the cursor is."""
    sys.stderr.write(f"\r{CLEAR_LINE}{text}")
    sys.stderr.flush()


def line(reports: tuple[Progress, ...], at: float, seconds: float) -> str:
    """Return the line: time, requests, rate, and how the latest requests ended."""
    requests = sum(report.requests for report in reports)
    latest = sum(report.latest for report in reports)
    errors = sum(report.errors for report in reports)
    medians = sorted(report.median for report in reports if report.latest)
    parts = [f"{min(at, seconds):5.1f} of {seconds:g} s", f"{requests} requests"]
    if at > 0:
        parts.append(f"{requests / at:.0f}/s")
    if medians:
        parts.append(f"latest p50 {time(medians[len(medians) // 2])}")
        parts.append(f"{errors / latest:.1%} errors")
    return "  ".join(parts)
