"""The text of a project's own files."""

import os
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SKIPPED = frozenset(
    {"__pycache__", "build", "dist", "node_modules", "site-packages", "vendor", "venv"}
)
TESTS = re.compile(
    r"(?:.*[_-])?(?:e2e|tests?|specs?|testdata|__tests__|cypress|playwright)(?:-.*)?"
)
"""Names of folders with tests."""
_OF_TOOLS = re.compile(r"(?:playwright|cypress|vitest|jest|vite|karma|wdio)\.")
MOST_FILES = 5000
MOST_BYTES = 500_000


@dataclass(frozen=True, slots=True)
class Text:
    """One file."""

    name: str
    """Relative to the project."""
    text: str
    _ends: list[int] = field(default_factory=list, compare=False, repr=False)
    """Where its lines end, once somebody asks for a place."""

    def place(self, at: int) -> str:
        """Return the place of a character, such as "app.py:12"."""
        if not self._ends:
            self._ends.extend(hit.start() for hit in re.finditer(r"\n|\Z", self.text))
        return f"{self.name}:{bisect_left(self._ends, at) + 1}"


def paths(folder: Path, *, tests: bool = True) -> Iterator[Path]:
    """Yield a project's own files, without hidden folders and those of installed packages."""
    seen = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED
            and not name.startswith(".")
            and (tests or not TESTS.fullmatch(name))
        )
        # A folder that is a virtual environment says so.
        if "pyvenv.cfg" in names:
            folders.clear()
            continue
        for name in sorted(names):
            seen += 1
            if seen > MOST_FILES:
                return
            yield Path(place) / name


def sources(folder: Path, suffixes: tuple[str, ...]) -> tuple[Text, ...]:
    """Return the project's source files of these suffixes, those nearest to its folder first."""
    found = [
        path
        for path in paths(folder, tests=False)
        if path.suffix in suffixes
        and not path.name.startswith(("test_", "conftest"))
        and not _OF_TOOLS.match(path.name)
        and not path.stem.endswith((".test", "_test", ".spec"))
    ]
    found.sort(key=lambda path: (len(path.parts), path.name))
    return tuple(text for path in found if (text := read(folder, path)) is not None)


def read(folder: Path, path: Path) -> Text | None:
    """Return a file of the project; None where it is no readable text of a sensible size."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        return Text(str(path.relative_to(folder)), path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # also a NUL in its name, or no UTF-8
        return None
