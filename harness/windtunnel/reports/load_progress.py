"""A live line while load runs, on standard error, and only on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from windtunnel.load.worker import Progress
from windtunnel.reports.load_summary import time

Update = Callable[[tuple[Progress, ...], float], None]


@contextmanager
def progress(seconds: float) -> Iterator[Update]:
    """Return a function that shows the workers' latest reports of a run of `seconds`."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda reports, at: None
        return
    # Drawn when a report comes, not by a thread of its own: the cores are the load's.
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield lambda reports, at: live.update(Text(line(reports, at, seconds)), refresh=True)


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
