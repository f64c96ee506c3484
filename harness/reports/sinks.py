"""The reports that can be asked for by name, ours and those of other distributions."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

from harness.errors import ConfigurationError, suggestion
from harness.extensions import REPORTS, extensions
from harness.reports.html import HtmlFile
from harness.reports.job_summary import JobSummary
from harness.reports.json_report import JsonFile
from harness.reports.openmetrics import OpenMetricsFile
from harness.reports.sink import Sink

FILES: dict[str, Callable[[Path], Sink]] = {
    "github-summary": JobSummary,
    "html": HtmlFile,
    "json": JsonFile,
    "openmetrics": OpenMetricsFile,
}
"""Our own, each made with the file that it writes."""


def make(name: str, destination: str, directory: Path) -> Sink:
    """Return the sink `name`; ConfigurationError where there is none, or it cannot be made.

    One of ours takes `destination` as a file, relative to `directory`; another distribution's
    takes it as it was typed.
    """
    if name in FILES:
        return FILES[name](_writable(name, directory / destination))
    added = extensions(REPORTS, taken=FILES)
    if name not in added:
        raise ConfigurationError(f"no report is named {name!r}{suggestion(name, [*FILES, *added])}")
    made = added[name].load()
    if not callable(made):
        raise ConfigurationError(f"{added[name]}: expected a callable; found {made!r}")
    sink = made(destination)
    if not callable(getattr(sink, "write", None)):
        raise ConfigurationError(f"{added[name]}: expected a sink with `write`; found {sink!r}")
    return cast("Sink", sink)


def _writable(name: str, path: Path) -> Path:
    """Refuse a path before the session rather than lose the report after it."""
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise ConfigurationError(
            f"report {name}={path}: expected a file in a folder that can be written to"
        )
    return path
