"""A worker without HTTP is driven in a container as it is in a process: by what it reads."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.machine import missing
from windtunnel import Kill, all_answered
from windtunnel.errors import StartError
from windtunnel.session import Session
from windtunnel.stack import Stack

COMPOSE = """
services:
  worker:
    image: ${WINDTUNNEL_BASE_IMAGE:-python:3.11-slim-bookworm}
    volumes: [".:/own:ro"]
    working_dir: /own
    command: [python3, -u, worker.py]
    environment: {QUEUE: "queue:6379"}
  queue:
    image: redis:7-alpine
"""
WORKER = """
import os, socket

host, _, port = os.environ["QUEUE"].partition(":")
queue = socket.create_connection((host, int(port)))
answers = queue.makefile("rb")

def ask(*words):
    parts = [b"$%d\\r\\n%s\\r\\n" % (len(word), word) for word in words]
    queue.sendall(b"*%d\\r\\n%s" % (len(words), b"".join(parts)))

print("waiting for mails", flush=True)
while True:
    ask(b"BRPOP", b"mails", b"0")
    job = [answers.readline() for _ in range(5)][-1].strip()
    ask(b"LPUSH", b"sent", job)
    answers.readline()
"""
CONFIGURATION = """
target = "worker"
endpoints = []
control_period = 0.0

[programs.worker]
service = "worker"
ready = { log = "WORDS" }

[dependencies.queue]
protocol = "redis"
ignore = ["BRPOP"]
"""


@pytest.fixture
def session(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Session]:
    if reason := missing("docker"):
        pytest.skip(reason)
    words, extra = getattr(request, "param", ("waiting for mails", ""))
    (tmp_path / "worker.py").write_text(WORKER)
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    configuration = extra + CONFIGURATION.replace("WORDS", words)
    (tmp_path / "windtunnel.toml").write_text(configuration)
    session = Session(directory=tmp_path, configuration=None, backend="docker", seed=1)
    try:
        yield session
    finally:
        session.close()


@pytest.fixture
def stack(session: Session) -> Iterator[Stack]:
    stack = session.stack("worker", {}, lambda verdict: None)
    try:
        yield stack
    finally:
        stack.close()


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.busy
def test_a_worker_in_a_container_is_driven_and_struck(stack: Stack) -> None:
    place = stack.address("queue")

    def mail(number: int) -> None:
        with redis.Redis(place.host, place.port) as queue:
            queue.lpush("mails", number)
            assert queue.brpop(["sent"], timeout=30) == (b"sent", b"%d" % number)

    run = stack.drive(mail, requests=20)
    assert all_answered(run, within=30)
    assert [each.request for each in run.at("queue").exchanges] == ["LPUSH"] * 20
    # Its connection, on which it waits for work, ends with it.
    with stack.inject(Kill("worker")) as killed:
        stack.wait_until(lambda: killed.verdict.ruling == "PASS", within=30)
    assert all_answered(stack.drive(mail, requests=20), within=30)


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.parametrize("session", [("another word", "start_deadline = 3\n")], indirect=True)
def test_one_that_never_says_that_it_is_ready_is_named_with_its_log(stack: Stack) -> None:
    with pytest.raises(StartError, match=r"worker.*'another word'[^$]*waiting for mails"):
        stack.drive(lambda: None, requests=1)
