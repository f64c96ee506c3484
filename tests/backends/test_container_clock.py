"""A container's clock is stepped by a file in it, where its image holds what reads the file."""

import io
import tarfile
from typing import cast

import pytest

from windtunnel.backends.docker.container_clock import FILE, ContainerClock
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.errors import ControlError, NotTestable

LIBRARY = "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"


class FakeEngine:
    """An engine whose containers hold these files."""

    def __init__(self, *files: str, writable: bool = True) -> None:
        self._files = files
        self._writable = writable
        self.written: list[tuple[str, str, str, str]] = []

    def holds(self, service: str, path: str) -> bool:
        assert service == "target"
        return path in self._files

    def unpack(self, service: str, folder: str, archive: bytes) -> None:
        if not self._writable:
            raise ControlError("the Docker engine did not write: read-only")
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            (entry,) = packed.getmembers()
            content = packed.extractfile(entry)
            assert content is not None
            assert entry.mode == 0o644
            self.written.append((service, folder, entry.name, content.read().decode()))


def clock(engine: FakeEngine) -> ContainerClock:
    return ContainerClock(cast("DockerEngine", engine), "target", "target-3")


def test_a_step_is_written_into_the_target_s_own_container() -> None:
    engine = FakeEngine(LIBRARY)
    made = clock(engine)
    assert made.environment["LD_PRELOAD"] == LIBRARY
    assert made.environment["FAKETIME_TIMESTAMP_FILE"] == str(FILE)
    made.step(-3600)
    assert engine.written == [("target-3", str(FILE.parent), FILE.name, "-3600.000s\n")]


def test_an_image_without_libfaketime_is_not_testable() -> None:
    with pytest.raises(NotTestable, match="not found in the target's image") as raised:
        clock(FakeEngine("/usr/lib/libc.so.6"))
    assert "libfaketime" in raised.value.needs


def test_a_container_that_cannot_be_written_to_is_not_testable() -> None:
    with pytest.raises(NotTestable, match="read-only"):
        clock(FakeEngine(LIBRARY, writable=False)).step(1)
