"""How a command finds the dashboard that runs: a small file in the run's own directory.

The keeper removes that directory with everything else of the run, so the file's presence is a
claim only, which the one who reads it checks.
"""

import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from windtunnel.address import Address
from windtunnel.run_identity import PREFIX

FILE = "dashboard.json"


@dataclass(frozen=True, slots=True)
class Announcement:
    """Where a dashboard listens, and the token that lets one change something there."""

    run: str
    host: str
    port: int
    token: str
    pid: int

    @property
    def address(self) -> Address:
        """Where it listens."""
        return Address(self.host, self.port)

    def __repr__(self) -> str:
        return f"<Announcement of run {self.run} at {self.address}>"  # never the token


def announce(directory: Path, announcement: Announcement) -> None:
    """Write the file, readable by its owner alone."""
    path = directory / FILE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(asdict(announcement)))


def announced() -> list[Announcement]:
    """Return what this user's runs have announced and not taken back."""
    found = []
    for path in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{FILE}")):
        try:
            if path.stat().st_uid == os.getuid():
                found.append(msgspec.json.decode(path.read_bytes(), type=Announcement))
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue  # being written or removed at this moment
    return found
