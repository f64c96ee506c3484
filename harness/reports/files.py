"""Writes a file whole or not at all."""

from pathlib import Path

from harness.errors import ConfigurationError


def write(path: Path, text: str) -> None:
    """Write `text`; ConfigurationError where that cannot be done, and no half of it is left."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from None
