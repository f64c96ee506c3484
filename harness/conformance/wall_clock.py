"""A target's wall clock that can be stepped while it runs, by libfaketime. Its monotonic cannot."""

from pathlib import Path

from harness.errors import NotTestable

LIBRARIES = (
    "usr/lib/*/faketime/libfaketime.so.1",
    "usr/lib*/faketime/libfaketime.so.1",
    "usr/local/lib/faketime/libfaketime.so.1",
)
"""Where the packages of the usual distributions and `make install` put it."""


class WallClock:
    """Steps the wall clock of the programs that are started with its `environment`.

    They must run on this machine. NotTestable where libfaketime is not installed.
    """

    def __init__(self, file: Path, *, root: Path = Path("/")) -> None:
        self._file = file
        found = [path for pattern in LIBRARIES for path in sorted(root.glob(pattern))]
        if not found:
            raise NotTestable(
                "libfaketime was not found",
                needs="libfaketime (Debian's package of that name) and a target on this machine",
            )
        self._library = found[0]
        self.step(0)

    def __repr__(self) -> str:
        return f"<WallClock {self._library} {self._file}>"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that put a program under this clock."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # The name that releases before 0.9.10 know.
            "DONT_FAKE_MONOTONIC": "1",
        }

    def step(self, seconds: float) -> None:
        """Set the wall clock to this many seconds ahead of the machine's (behind, if negative)."""
        # Replaced in one move: a program may read it at any moment.
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds:+.3f}s\n")
        fresh.replace(self._file)
