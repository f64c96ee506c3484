"""`windtunnel doctor` finds what is wrong from what reached the proxy, and says what to mend."""

import json
import os
import re
import socket
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from windtunnel.cli import main
from windtunnel.configuration.overrides import ignored

SERVICE = Path(__file__).with_name("service.py")


@pytest.fixture(autouse=True)
def without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set none of the variables that doctor warns of, such as those of continuous integration."""
    for name in ignored({}, os.environ):
        monkeypatch.delenv(name)


class Upstream(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def upstream() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def examined(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str], status: int
) -> dict[str, dict[str, Any]]:
    file = folder / "windtunnel.toml"
    file.write_text(text)
    assert main(["doctor", "--json", "--backend", "embedded", "--config", str(file)]) == status
    found = json.loads(capsys.readouterr().out)
    assert found["failed"] == sum(c["condition"] == "fail" for c in found["checks"])
    return {check["name"]: check for check in found["checks"]}


def dependency(name: str, upstream: int, endpoint: str) -> str:
    return f"""
[dependencies.{name}]
protocol = "http"
upstream = "127.0.0.1:{upstream}"
environment = {{ {name.upper()}_URL = "http://{{address}}" }}
endpoint = "{endpoint}"
"""


def test_what_does_not_come_through_the_proxy_is_found_with_its_remedy(
    tmp_path: Path, upstream: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "service.py").write_text(SERVICE.read_text() + "# PAST_URL\n")
    text = f"""
command = ["{{python}}", "service.py", "{{port}}", "{upstream}"]
health = "/"
endpoints = ["/through", "/broken"]
"""
    text += dependency("through", upstream, "/through") + dependency("past", upstream, "/past")
    with socket.create_server(("127.0.0.1", 0)) as idle:
        port = idle.getsockname()[1]
        text += dependency("unread", port, "/through") + dependency("elsewhere", upstream, "/")
        text = text.replace("ELSEWHERE_URL", "THROUGH_URL")
        checks = examined(tmp_path, text, capsys, 1)
    assert checks["target"]["condition"] == "ok"
    assert checks["endpoint /broken"]["condition"] == "fail"
    assert "asked for /broken" in checks["endpoint /broken"]["remedy"]
    past = checks["past"]
    assert past["condition"] == "fail"
    assert f"reached past directly (127.0.0.1:{upstream} from port " in past["found"]
    assert past["found"].endswith("not through PAST_URL")
    assert "mentions UNREAD_URL" in checks["unread"]["found"]
    # The last to set THROUGH_URL leads there, and its endpoint is another one.
    assert checks["elsewhere"]["remedy"] == (
        "configure dependencies.elsewhere.endpoint = '/through'"
    )
    assert checks["end"]["condition"] == "ok"


def test_a_sound_stack_is_well(
    tmp_path: Path, upstream: int, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"""
command = ["{{python}}", "{SERVICE}", "{{port}}"]
health = "/"
endpoints = ["/through"]
{dependency("through", upstream, "/through")}"""
    checks = examined(tmp_path, text, capsys, 0)
    assert checks["through"]["found"] == "3 requests to /through made 3 calls through the proxy"
    assert {check["condition"] for check in checks.values()} == {"ok"}


def test_what_cannot_start_is_found_before_anything_is_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        taken = held.getsockname()[1]
        text = f"""
command = ["no-such-program", "{{port}}"]
port = {taken}
endpoints = ["/"]
{dependency("prices", 1, "/")}
{dependency("rates", 1, "/").replace("upstream", "# upstream")}"""
        checks = examined(tmp_path, text, capsys, 1)
    assert "no-such-program is not found on PATH" in checks["command of target"]["found"]
    assert checks[f"port {taken}"]["found"] == f"port = {taken}: Address already in use"
    assert "does not accept connections" in checks["upstream of prices"]["found"]
    assert "neither upstream nor command" in checks["upstream of rates"]["found"]
    assert "target" not in checks


def test_a_target_that_does_not_start_is_shown_with_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"""
command = ["{sys.executable}", "-c", "raise SystemExit('no disk')"]
endpoints = ["/"]
"""
    checks = examined(tmp_path, text, capsys, 1)
    assert checks["target"]["condition"] == "fail"
    assert "no disk" in checks["target"]["found"]
    assert checks["configuration"]["remedy"].startswith("add [dependencies.NAME]")


def test_a_wrong_configuration_is_the_first_thing_to_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = examined(tmp_path, "comand = ['x']\nendpoints = ['/']\n", capsys, 1)
    assert list(checks) == ["configuration"]
    assert "windtunnel.toml:1: unknown key 'comand'" in checks["configuration"]["found"]


def test_a_refused_login_is_told_with_what_to_correct(
    tmp_path: Path,
    upstream: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOP_USER", "ann")
    monkeypatch.setenv("SHOP_PASSWORD", "an old one")
    text = f"""
command = ["{{python}}", "{SERVICE}", "{{port}}"]
health = "/"
endpoints = ["/through"]
[login.request]
path = "/refused"
headers = {{ X-User = "{{env:SHOP_USER}}", X-Password = "{{env:SHOP_PASSWORD}}" }}
{dependency("through", upstream, "/through")}"""
    checks = examined(tmp_path, text, capsys, 1)
    assert "target" not in checks
    assert checks["login"]["condition"] == "fail"
    assert re.fullmatch(
        r"login: GET /refused at 127\.0\.0\.1:\d+: refused: 401", checks["login"]["found"]
    )
    assert checks["login"]["remedy"] == (
        "correct [login] or the variables that it names: SHOP_USER, SHOP_PASSWORD"
    )


def test_what_a_worker_calls_by_itself_is_not_judged_by_requests(
    tmp_path: Path, upstream: int, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"""
command = ["{{python}}", "{SERVICE}", "{{port}}"]
health = "/"
endpoints = ["/through"]
{dependency("through", upstream, "/through")}
[programs.worker]
command = ["{{python}}", "-c", "import time; print('works', flush=True); time.sleep(600)"]
ready = {{ log = "works" }}
calls = ["through"]
"""
    checks = examined(tmp_path, text, capsys, 0)
    assert checks["through"]["condition"] == "ok"
    assert checks["through@worker"]["condition"] == "note"
    assert checks["through@worker"]["found"].startswith("not judged here: 3 requests to /through")


def test_an_endpoint_for_what_is_not_there_is_told_by_its_status(
    tmp_path: Path, upstream: int, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"""
command = ["{{python}}", "{SERVICE}", "{{port}}"]
health = "/"
endpoints = ["/"]
{dependency("through", upstream, "/missing")}"""
    checks = examined(tmp_path, text, capsys, 1)
    assert checks["endpoint /missing"]["remedy"] == (
        "404: there is no such thing; let /missing name what there is"
    )
    assert checks["through"]["remedy"].startswith("the service answered 404: let /missing name")
