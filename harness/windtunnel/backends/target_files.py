"""Writes the configured files for a target, with the proxies' addresses filled in."""

from collections.abc import Mapping
from pathlib import Path

from windtunnel.configuration import Configuration
from windtunnel.configuration.placeholders import fill
from windtunnel.errors import ConfigurationError
from windtunnel.limited_files import LARGE, read_limited_bytes


def _template(name: str, file: str) -> str:
    try:
        # No settings of ours: it may be long, and keeps the mark that it begins with.
        return read_limited_bytes(Path(file), LARGE).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"files.{name}.template: {file}: cannot be read: {error}"
        ) from None


def write_files(configuration: Configuration, folder: Path, values: Mapping[str, str]) -> None:
    """Write the configured files into a folder, with `values` filled in by name."""
    if configuration.files:
        folder.mkdir(exist_ok=True)
    for name, file in configuration.files.items():
        text = file.text or _template(name, file.template)
        (folder / name).write_text(fill(text, values), encoding="utf-8")
