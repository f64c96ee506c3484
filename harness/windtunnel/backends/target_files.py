"""Writes the configured files for a program, with its proxies' addresses filled in."""

from collections.abc import Mapping
from pathlib import Path

from windtunnel.configuration import WrittenFile
from windtunnel.configuration.placeholders import PLACEHOLDER, fill
from windtunnel.errors import ConfigurationError
from windtunnel.limited_files import LARGE, read_limited_bytes


def _template(name: str, file: str) -> str:
    try:
        # No settings of ours: it may be long, and keeps the mark that it begins with.
        return read_limited_bytes(Path(file), LARGE).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}.template: {file}: cannot be read: {error}") from None


def write_files_without_proxies(files: Mapping[str, WrittenFile], folder: Path) -> None:
    """Write those texts already that name no proxy, as what a dependency's command may need."""
    known = {
        name: each
        for name, each in files.items()
        if not each.template and not PLACEHOLDER.search(each.text)
    }
    write_files(known, folder, {})


def write_files(
    files: Mapping[str, WrittenFile], folder: Path, values: Mapping[str, str], place: str = ""
) -> None:
    """Write configured files into a folder, with `values` filled in by name.

    `place` is the table in which they are configured.
    """
    if files:
        folder.mkdir(exist_ok=True)
    for name, file in files.items():
        text = file.text or _template(f"{place}files.{name}", file.template)
        (folder / name).write_text(fill(text, values), encoding="utf-8")
