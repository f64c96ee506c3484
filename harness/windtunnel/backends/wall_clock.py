"""A target's wall clock that can be stepped while it runs. Its monotonic clock cannot.

Where a C compiler is found, a small library of our own does it (stepped_clock.c): gunicorn and a
JVM survive that. Elsewhere, and in containers, libfaketime does.
"""

import mmap
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from struct import Struct
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


NANOSECONDS = Struct("q")
"""What stepped_clock.c reads."""
COMPILE_SECONDS = 30.0


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


def clock_of_a_process(file: Path) -> WallClock:
    """Return the clock of a process of this machine, kept in a file. NotTestable without a means.

    Ours where it can be compiled, else libfaketime's.
    """
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is not None:
        library = file.with_suffix(".so")
        source = Path(__file__).with_name("stepped_clock.c")
        command = (compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-pthread")
        done = subprocess.run(command, capture_output=True, check=False, timeout=COMPILE_SECONDS)
        if done.returncode == 0:
            return CompiledClock(file, library)
    return FaketimeClock(file)


class CompiledClock:
    """The clock of a process of this machine, by stepped_clock.c compiled as `library`."""

    def __init__(self, file: Path, library: Path) -> None:
        self._library = library
        self._path = file
        file.write_bytes(NANOSECONDS.pack(0))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), NANOSECONDS.size)

    def __repr__(self) -> str:
        return f"<CompiledClock {self._library} {self._path}>"

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that put a program under this clock."""
        return {"LD_PRELOAD": str(self._library), "WINDTUNNEL_CLOCK": str(self._path)}

    def step(self, seconds: float) -> None:
        """Set the clock to this many seconds ahead of the machine's (behind, if negative)."""
        NANOSECONDS.pack_into(self._shared, 0, round(seconds * 1e9))


class FaketimeClock:
    """The clock of a process of this machine. NotTestable where libfaketime is not installed."""

    def __init__(self, file: Path, *, root: Path = Path("/")) -> None:
        self._file = file
        found = [path for pattern in LIBRARIES for path in sorted(root.glob(pattern))]
        if not found:
            raise NotTestable(
                "libfaketime was not found on this machine",
                needs="a C compiler, or libfaketime (Debian's package of that name)",
            )
        self._library = found[0]
        self.step(0)

    def __repr__(self) -> str:
        return f"<FaketimeClock {self._library} {self._file}>"

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
