"""Writes the configured files for a target, with the proxies' addresses filled in."""

from collections.abc import Mapping
from pathlib import Path

from windtunnel.configuration import Configuration
from windtunnel.configuration.placeholders import fill


def write_files(configuration: Configuration, folder: Path, values: Mapping[str, str]) -> None:
    """Write the configured files into a folder, with `values` filled in by name."""
    if configuration.files:
        folder.mkdir(exist_ok=True)
    for name, file in configuration.files.items():
        text = file.text or Path(file.template).read_text(encoding="utf-8")
        (folder / name).write_text(fill(text, values), encoding="utf-8")
