"""A container is ready by what it printed in its present life, and by no words of ours."""

import os
import secrets
import time
from collections.abc import Iterator
from typing import cast

import pytest

from tests.machine import missing
from windtunnel.backends.docker.container_state import ContainerState, ended_at
from windtunnel.backends.docker.docker_engine import SERVICE_LABEL, DockerEngine
from windtunnel.backends.docker.program_readiness import readiness_of
from windtunnel.configuration import ProgramSettings
from windtunnel.run_identity import OWNER_LABEL, RUN_LABEL

RUNNING = ContainerState(status="running", health="", exit_status=0, check="", published={})
IMAGE = os.environ.get("WINDTUNNEL_BASE_IMAGE", "python:3.11-slim-bookworm")
DEADLINE = 60.0
"""Seconds that a container may take to print a word."""


class Printing:
    """An engine whose container has printed this."""

    def __init__(self, words: str) -> None:
        self._words = words

    def printed(self, service: str, lines: int) -> str:
        return self._words


@pytest.mark.parametrize(
    ("words", "printed"), [("log", ""), ("log", "starting\n"), ("lines", "one\n")]
)
def test_words_of_ours_are_not_the_programs(words: str, printed: str) -> None:
    settings = ProgramSettings.model_validate({"command": ["x"], "ready": {"log": words}})
    probe = readiness_of(settings, cast("DockerEngine", Printing(printed)), "web", 0)
    with pytest.raises(ConnectionError, match=f"it has not printed '{words}'"):
        probe(RUNNING)


def test_words_may_stand_on_two_lines() -> None:
    settings = ProgramSettings.model_validate({"command": ["x"], "ready": {"log": "a\nb"}})
    readiness_of(settings, cast("DockerEngine", Printing("a\nb\n")), "web", 0)(RUNNING)


@pytest.mark.parametrize(
    ("finished", "seconds"),
    [
        ("0001-01-01T00:00:00Z", 0.0),
        ("", 0.0),
        ("1970-01-01T00:01:00.123456789Z", 60.123456),
        ("1970-01-01T01:01:00.5+01:00", 60.5),
    ],
)
def test_when_it_ended_is_read(finished: str, seconds: float) -> None:
    assert ended_at({"State": {"FinishedAt": finished}}) == seconds


@pytest.fixture
def engine() -> Iterator[DockerEngine]:
    if reason := missing("docker"):
        pytest.skip(reason)
    made = DockerEngine(secrets.token_hex(4))
    yield made
    made.discard("web")
    made.close()


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.busy
def test_a_former_life_is_not_read(engine: DockerEngine) -> None:
    if not engine.has_image(IMAGE):
        pytest.skip(f"no {IMAGE}")
    engine._client.containers.run(
        IMAGE,
        ["sh", "-c", "echo ready; exec sleep 600"],
        labels={RUN_LABEL: engine.run, SERVICE_LABEL: "web", OWNER_LABEL: "a test"},
        detach=True,
    )
    assert first_words(engine) == "ready\n"
    for _ in range(2):
        engine.kill("web")
        engine.start("web")
        assert first_words(engine) == "ready\n"
    assert engine.logs("web").count("ready") == 3


def first_words(engine: DockerEngine) -> str:
    """Return what a container has printed, as soon as that is anything."""
    deadline = time.monotonic() + DEADLINE
    while not (printed := engine.printed("web", 100)):
        assert time.monotonic() < deadline, engine.logs("web")
        time.sleep(0.05)
    return printed
