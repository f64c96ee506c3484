"""A target's wall clock that can be stepped while it runs, by libfaketime. Its monotonic cannot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from windtunnel.errors import NotTestable

LIBRARIES = (
    "usr/lib/*/faketime/libfaketime.so.1",
    "usr/lib*/faketime/libfaketime.so.1",
    "usr/local/lib/faketime/libfaketime.so.1",
)
"""Where the packages of the usual distributions and `make install` put it."""


class WallClock(Protocol):
    """The wall clock of one target: of what is started with its `environment`."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that put a program under this clock."""
        ...

    def step(self, seconds: float) -> None:
        """Set the clock to this many seconds ahead of the machine's (behind, if negative)."""
        ...


def environment(library: str, file: str) -> dict[str, str]:
    """Return the variables by which libfaketime takes a program's wall clock from a file."""
    return {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": file,
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # The name that releases before 0.9.10 know.
        "DONT_FAKE_MONOTONIC": "1",
    }


def offset(seconds: float) -> str:
    """Return a step as libfaketime reads it."""
    return f"{seconds:+.3f}s\n"


class ProcessClock:
    """The clock of a process of this machine. NotTestable where libfaketime is not installed."""

    def __init__(self, file: Path, *, root: Path = Path("/")) -> None:
        self._file = file
        found = [path for pattern in LIBRARIES for path in sorted(root.glob(pattern))]
        if not found:
            raise NotTestable(
                "libfaketime was not found on this machine",
                needs="libfaketime (Debian's package of that name)",
            )
        self._library = found[0]
        self.step(0)

    def __repr__(self) -> str:
        return f"<ProcessClock {self._library} {self._file}>"

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that put a program under this clock."""
        return environment(str(self._library), str(self._file))

    def step(self, seconds: float) -> None:
        """Set the clock to this many seconds ahead of the machine's (behind, if negative)."""
        # Replaced in one move: a program may read it at any moment.
        fresh = self._file.with_suffix(".new")
        fresh.write_text(offset(seconds))
        fresh.replace(self._file)
