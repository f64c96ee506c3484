"""Whether any file of the project mentions a variable."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from windtunnel.configuration import Configuration

SKIPPED = frozenset({"node_modules", "venv", "__pycache__", "site-packages", "vendor", "dist"})
MOST_FILES = 5000
MOST_BYTES = 1_000_000


def missing(configuration: Configuration, variables: Iterable[str]) -> tuple[str, ...]:
    """Return the variables that no file in the target's folder mentions.

    Only a hint: a service may read a variable of a name that it puts together.
    """
    left = set(variables)
    own = {"windtunnel.toml", "pyproject.toml"}
    for path in files(Path(configuration.directory)):
        if not left:
            break
        if path.name in own:
            continue
        try:
            text = path.read_bytes()[:MOST_BYTES].decode(errors="ignore").casefold()
        except OSError:
            continue
        left -= {name for name in left if name.casefold() in text}
    return tuple(sorted(left))


def files(folder: Path) -> Iterator[Path]:
    """Yield a project's own files, without hidden folders and those of installed packages."""
    seen = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(n for n in folders if n not in SKIPPED and not n.startswith("."))
        for name in sorted(names):
            seen += 1
            if seen > MOST_FILES:
                return
            yield Path(place) / name
