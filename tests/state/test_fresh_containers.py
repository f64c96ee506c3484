"""What a test left in a container is gone in the next one, and the proxies still lead there."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import missing
from tests.state.test_fresh import SERVICE, ask, one, redis
from windtunnel.address import Address
from windtunnel.session import Session

COMPOSE = """
x-own: &own
  image: ${WINDTUNNEL_BASE_IMAGE:-python:3.11-slim-bookworm}
  volumes: [".:/own:ro"]
  working_dir: /own
  init: true
services:
  web:
    <<: *own
    command: [python3, -u, service.py, 0.0.0.0, "8080"]
    expose: [8080]
    environment:
      CACHE: redis://:secret@cache:6379/0
      COUNTER: counter:7000
  cache:
    image: redis:7-alpine
    command: [redis-server, --requirepass, secret]
  queue:  # whose password no URL tells
    image: redis:7-alpine
    command: [redis-server, --requirepass, hidden]
  counter:
    <<: *own
    command: [python3, -u, counter.py, 0.0.0.0, "7000"]
    volumes: [".:/own:ro", "kept:/kept"]
volumes: {kept: {}}
"""
COUNTER = """
import pathlib, socketserver, sys

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for _ in self.rfile:
            kept = pathlib.Path("/kept/asked")
            asked = int(kept.read_text()) + 1 if kept.exists() else 1
            kept.write_text(str(asked))
            self.wfile.write(b"%d\\r\\n" % asked)
            self.wfile.flush()

socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""
CONFIGURATION = """
service = "web"
health = "/"
endpoints = ["/"]
control_period = 0.0

[dependencies.cache]
protocol = "redis"
endpoint = "/"

[dependencies.queue]
protocol = "redis"
endpoint = "/"

[dependencies.counter]
fresh = "test"
endpoint = "/"

[prepare]
session = [
    { command = ["python3", "reach.py", "cache", "6379"], service = "web" },
]
test = [
    { command = ["python3", "ask.py", "counter", "7000"], service = "web" },
    "{python} seed.py",
]
"""
REACH = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])))"
ASK = """
import socket, sys

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
    connection.sendall(b"x\\r\\n")
    assert connection.recv(64) == b"1\\r\\n"
"""
SEED = """
import os, socket
from urllib.parse import urlsplit

where = urlsplit(os.environ["CACHE"])
assert where.password == "secret"
assert os.environ["COUNTER"].endswith(":7000")
with socket.create_connection((where.hostname, where.port)) as connection:
    connection.sendall(b"AUTH secret\\r\\nSET seeded here\\r\\n")
    answers = connection.makefile()
    assert [answers.readline(), answers.readline()] == ["+OK\\n", "+OK\\n"]
"""


def ask_queue(address: Address, line: str) -> str:
    with socket.create_connection((address.host, address.port), timeout=5) as connection:
        connection.sendall(f"AUTH hidden\r\n{line}\r\n".encode())
        answers = connection.makefile()
        assert answers.readline() == "+OK\n"
        return answers.readline().strip()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    if reason := missing("docker"):
        pytest.skip(reason)
    for name, text in {
        "service.py": SERVICE,
        "reach.py": REACH,
        "ask.py": ASK,
        "seed.py": SEED,
        "counter.py": COUNTER,
        "compose.yaml": COMPOSE,
        "windtunnel.toml": CONFIGURATION,
    }.items():
        (tmp_path / name).write_text(text)
    base = os.environ.get("WINDTUNNEL_BASE_IMAGE", "python:3.11-slim-bookworm")
    made = Session(
        directory=tmp_path,
        configuration=None,
        backend="docker",
        seed=1,
        settings=(f"docker.base_image={base}",),
    )
    yield made
    made.close()


@pytest.mark.docker
@pytest.mark.timeout(420)
@pytest.mark.slow
@pytest.mark.busy
def test_each_test_has_fresh_and_prepared_containers(session: Session) -> None:
    """Their volumes too; what was emptied is behind the same proxies."""
    for _ in range(2):
        stack = one(session)
        cache, counter = (session.backend.upstream(name) for name in ("cache", "counter"))
        assert redis(cache, "GET", "left").startswith("-NOAUTH")
        assert redis(cache, "AUTH", "secret") == "+OK"
        assert ask_queue(session.backend.upstream("queue"), "GET left") == "$-1"
        assert ask_queue(session.backend.upstream("queue"), "SET left behind") == "+OK"
        assert ask(counter, "x") == "2"
        assert ask(counter, "x") == "3"
        assert stack.url
        assert not any(stack.evidence(name).connections for name in stack.dependencies)
        session.backend.tap.listening("counter")
        stack.close()
    assert session.backend.ended_programs() == ()
