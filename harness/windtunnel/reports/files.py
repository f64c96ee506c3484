"""Writes a file whole or not at all; refuses before a run what could not be written after it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from windtunnel.errors import ConfigurationError

if TYPE_CHECKING:
    from windtunnel.reports.session_report import SessionReport


def check_writable(path: Path, option: str) -> None:
    """Refuse a file that cannot be written, as far as that is seen now; ConfigurationError.

    `option` says who asked for it, such as "--json out.json".
    """
    folder = path.absolute().parent
    try:
        found, can = folder.is_dir(), os.access(path if path.exists() else folder, os.W_OK)
        can = can and not path.is_dir()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(
            f"{option}: expected a file that can be written: {reason}"
        ) from None
    if not found:
        raise ConfigurationError(f"{option}: expected a file in a folder that exists")
    if not can:
        raise ConfigurationError(f"{option}: expected a file in a folder that can be written to")


def write(path: Path, text: str) -> None:
    """Write `text` whole. On failure raise ConfigurationError and leave the old file as it was."""
    partial = path.with_name(path.name + ".partial")
    if path.exists() and not path.is_file():
        partial = path  # a device or a pipe, in whose place no file may come
    try:
        partial.write_text(text, encoding="utf-8")
        if partial != path:
            partial.replace(path)
    except OSError as error:
        if partial != path:
            partial.unlink(missing_ok=True)
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from None


class TextFile:
    """Writes one text to a file; `text` makes it from the session's report."""

    def __init__(self, path: Path, text: Callable[["SessionReport"], str]) -> None:
        self.path = path
        self._text = text

    def __repr__(self) -> str:
        return f"<TextFile {self.path}>"

    def write(self, report: "SessionReport") -> None:
        """Write the file."""
        write(self.path, self._text(report))
