"""The wall clock of a target in a container, where its image holds libfaketime."""

import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePosixPath

from windtunnel.backends import wall_clock
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.errors import ControlError, NotTestable

FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib",
)
"""Where distributions put the folder `faketime`; the engine finds no names by pattern."""
FILE = PurePosixPath("/tmp/windtunnel-wall-clock")  # noqa: S108 - inside a container of our own


class ContainerClock:
    """The clock of the container `name`, which is like that of the service `target`.

    NotTestable where the target's image does not hold libfaketime.
    """

    def __init__(self, engine: DockerEngine, target: str, name: str) -> None:
        self._engine = engine
        self._name = name
        libraries = (f"{folder}/faketime/libfaketime.so.1" for folder in FOLDERS)
        found = next((each for each in libraries if engine.holds(target, each)), None)
        if found is None:
            raise NotTestable(
                "libfaketime was not found in the target's image",
                needs="libfaketime in it (Debian's package of that name)",
            )
        self._library = found

    def __repr__(self) -> str:
        return f"<ContainerClock {self._library} of {self._name}>"

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that put a program under this clock."""
        return wall_clock.environment(self._library, str(FILE))

    def step(self, seconds: float) -> None:
        """Set the clock; NotTestable where the container lets no file be written."""
        # Until it is written anew it is not there, and the clock is the machine's for a moment.
        try:
            self._engine.unpack(
                self._name, str(FILE.parent), _archive(FILE.name, wall_clock.offset(seconds))
            )
        except ControlError as error:
            raise NotTestable(f"{error}", needs=f"a container with a writable {FILE}") from error


def _archive(name: str, text: str) -> bytes:
    """Return a tar archive of one small file that everybody may read."""
    content = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(entry, BytesIO(content))
    return packed.getvalue()
