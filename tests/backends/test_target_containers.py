"""A target's container goes beside the start of the next, which is not given before it is gone."""

from threading import Event, Thread
from typing import cast

import pytest

from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.target_containers import TargetContainers
from windtunnel.errors import ControlError

DEADLINE = 10.0


class Engine:
    """Removes a container once it is allowed to."""

    def __init__(self, refusal: str = "") -> None:
        self.allowed = Event()
        self.removed: list[str] = []
        self._refusal = refusal

    def remove(self, service: str) -> None:
        assert self.allowed.wait(DEADLINE)
        if self._refusal:
            raise ControlError(self._refusal)
        self.removed.append(service)

    discard = remove


def of(engine: Engine) -> TargetContainers:
    return TargetContainers(cast("DockerEngine", engine))


def test_each_start_has_a_service_of_its_own() -> None:
    engine = Engine()
    targets = of(engine)
    first = targets.service_of("target-1")
    assert targets.service_of("target-1") == first
    targets.note_start("target-1")
    assert targets.started == {"target-1": first}
    targets.remove("target-1")
    assert targets.started == {}
    assert targets.service_of("target-1") != first
    engine.allowed.set()
    targets.close()
    assert engine.removed == [first]


def test_the_next_target_is_not_given_before_the_last_is_gone() -> None:
    engine = Engine()
    targets = of(engine)
    first = targets.service_of("target-1")
    targets.note_start("target-1")
    targets.remove("target-1")
    targets.service_of("target-1")
    given = Thread(target=targets.note_start, args=("target-1",))
    given.start()
    assert engine.removed == []
    assert targets.started == {}
    engine.allowed.set()
    given.join(DEADLINE)
    assert engine.removed == [first]
    assert list(targets.started) == ["target-1"]
    targets.close()


def test_one_that_cannot_be_removed_is_told_with_the_next() -> None:
    engine = Engine(refusal="it is busy")
    targets = of(engine)
    targets.service_of("target-1")
    targets.note_start("target-1")
    targets.remove("target-1")
    engine.allowed.set()
    targets.service_of("target-1")
    with pytest.raises(ControlError, match="it is busy"):
        targets.note_start("target-1")
    targets.close()
