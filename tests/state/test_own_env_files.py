"""A file of the service's own that sets a variable too, and may lead past the tap, is named."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from windtunnel import Outage
from windtunnel.configuration import own_env_files, parse
from windtunnel.doctor.traffic import dependencies
from windtunnel.errors import VacuousFault
from windtunnel.session import Session

SERVICE = """
import http.server, os, pathlib, socket, sys

for line in pathlib.Path(".env").read_text().splitlines():
    name, _, value = line.partition("=")
    os.environ[name] = value  # over what is there, as python-dotenv's override=True does

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/":
            host, _, port = os.environ["PRICES"].partition(":")
            socket.create_connection((host, int(port)), 5).close()
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args):
        pass

http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""
CONFIGURATION = """
command = ["{python}", "service.py", "{host}", "{port}"]
endpoints = ["/"]
control_period = 0.0

[dependencies.prices]
command = ["{python}", "-m", "http.server", "{port}", "--bind", "{host}"]
environment = { PRICES = "{address}" }
endpoint = "/"
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    (tmp_path / "service.py").write_text(SERVICE)
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    made = Session(directory=tmp_path, configuration=None, backend="embedded", seed=1)
    yield made
    made.close()


def test_a_fault_that_touched_nothing_names_the_file(session: Session, tmp_path: Path) -> None:
    where = session.backend.upstream("prices")
    (tmp_path / ".env").write_text(f"# mine\nPRICES={where}\n")
    stack = session.stack("a test", {}, lambda verdict: None)
    injection = stack.inject(Outage("prices"))
    with pytest.raises(VacuousFault) as caught, injection:
        stack.drive("/", requests=3)
    said = str(caught.value)
    assert f"sets PRICES ({tmp_path}/.env:2) too" in said
    assert "let the environment win" in said
    (check,) = dependencies(stack)
    assert f"sets PRICES ({tmp_path}/.env:2) too" in check.remedy
    stack.close()


def test_one_that_reached_its_proxy_is_not_explained_so(session: Session, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OTHER=1\n")
    stack = session.stack("a test", {}, lambda verdict: None)
    stack.drive("/", requests=3)
    (tmp_path / ".env").write_text("PRICES=x\n")
    assert stack.inject(Outage("prices"))._silence() == ""
    stack.close()


def test_files_and_lines_are_found(tmp_path: Path) -> None:
    table = {
        "command": ["x"],
        "directory": str(tmp_path),
        "endpoints": ["/"],
        "environment": {"DB_HOST": "{db.host}", "MODE": "test"},
        "dependencies": {"db": {"endpoint": "/", "environment": {"DB_URL": "x://{address}"}}},
    }
    configuration = parse(table, "x")
    assert own_env_files.advice(configuration, "db") == ""
    (tmp_path / ".env").write_text("# DB_URL=no\nexport DB_URL='a'\nMODE=b\n")
    (tmp_path / ".env.test").write_text("DB_HOST = c\nDB_URLS=d\n")
    assert own_env_files.set_elsewhere(configuration, "db") == (
        f"DB_URL ({tmp_path}/.env:2)",
        f"DB_HOST ({tmp_path}/.env.test:1)",
    )
    shutil.rmtree(tmp_path)
    assert own_env_files.set_elsewhere(configuration, "db") == ()
