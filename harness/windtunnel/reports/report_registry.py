"""The reports that can be asked for by name, ours and those of other distributions."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

from windtunnel.entry_points import REPORTS, extensions
from windtunnel.errors import ConfigurationError, suggestion
from windtunnel.reports.files import TextFile, check_writable
from windtunnel.reports.job_summary import JobSummary
from windtunnel.reports.session_report import SessionReport
from windtunnel.reports.sink import Sink

TEXTS = {
    "html": "windtunnel.reports.html:page",
    "json": "windtunnel.reports.json_report:text",
    "openmetrics": "windtunnel.reports.openmetrics:text",
}
"""Our own reports of one text: what makes it. Loaded when asked for: every pytest session of an
environment pays for what its plugins load."""
FILES = ("github-summary", *TEXTS)
"""All of our own; each writes a file."""


def make(name: str, destination: str, directory: Path) -> Sink:
    """Return the sink `name`; ConfigurationError where there is none, or it cannot be made.

    One of ours takes `destination` as a file, relative to `directory`; another distribution's
    takes it as it was typed.
    """
    if name in FILES:
        path = _writable(name, directory / destination)
        return TextFile(path, _text(name)) if name in TEXTS else JobSummary(path)
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


def _text(name: str) -> Callable[[SessionReport], str]:
    module, _, attribute = TEXTS[name].partition(":")
    found: Callable[[SessionReport], str] = getattr(importlib.import_module(module), attribute)
    return found


def _writable(name: str, path: Path) -> Path:
    """Refuse a path before the session rather than lose the report after it."""
    check_writable(path, f"report {name}={path}")
    return path
