"""Writes a file whole or not at all."""

from collections.abc import Callable
from pathlib import Path

from windtunnel.errors import ConfigurationError
from windtunnel.reports.session_report import SessionReport


def write(path: Path, text: str) -> None:
    """Write `text` whole. On failure raise ConfigurationError and leave the old file as it was."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from None


class TextFile:
    """Writes one text to a file; `text` makes it from the session's report."""

    def __init__(self, path: Path, text: Callable[[SessionReport], str]) -> None:
        self.path = path
        self._text = text

    def __repr__(self) -> str:
        return f"<TextFile {self.path}>"

    def write(self, report: SessionReport) -> None:
        """Write the file."""
        write(self.path, self._text(report))
