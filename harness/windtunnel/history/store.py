"""Where the history is kept: a file of lines, or the notes of a repository's commits."""

from pathlib import Path

from windtunnel.errors import ConfigurationError
from windtunnel.git_command import git
from windtunnel.history.entry import Entry, from_line, to_line
from windtunnel.limited_files import LARGE, read_limited

GIT_NOTES = "git-notes"
"""The place's name that means refs/notes/windtunnel; push and fetch them as any ref."""
_REF = "windtunnel"


def append(place: str, entry: Entry, directory: Path) -> None:
    """Add one run. Raises ConfigurationError where the file, ControlError where git refuses it."""
    line = to_line(entry)
    if place == GIT_NOTES:
        author = ("-c", "user.name=windtunnel", "-c", "user.email=windtunnel@localhost")
        note = ("--file=-", entry.commit)
        git(directory, *author, "notes", f"--ref={_REF}", "append", *note, given=line + "\n")
        return
    try:
        with (directory / place).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        raise ConfigurationError(f"history {place}: {error.strerror}") from None


def read(place: str, directory: Path) -> tuple[Entry, ...]:
    """Return all runs in order of time. Raises as `append` does, and for lines that hold no run."""
    lines = _noted(directory) if place == GIT_NOTES else _filed(directory / place)
    entries = [
        from_line(line, f"{place}:{number}") for number, line in enumerate(lines, 1) if line.strip()
    ]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _filed(path: Path) -> list[str]:
    try:
        return read_limited(path, LARGE).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise ConfigurationError(f"history {path}: cannot be read: {reason}") from None


def _noted(directory: Path) -> list[str]:
    lines = []
    for pair in git(directory, "notes", f"--ref={_REF}", "list").splitlines():
        note = pair.split()[0]
        lines += git(directory, "cat-file", "blob", note).splitlines()
    return lines
