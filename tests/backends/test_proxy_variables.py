"""A proxy that the environment names leads no call of loopback away, ours or the target's."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine import missing
from windtunnel.backends.proxy_variables import proxy_variables, without_proxy

CONFIGURATION = """
command = ["{python}", "target.py", "{port}"]
health = "/health"
endpoints = ["/"]

[dependencies.prices]
protocol = "http"
command = ["{python}", "-m", "http.server", "{port}", "--bind", "{host}"]
environment = { PRICES = "http://{address}/" }
endpoint = "/"
"""
TARGET = """
import http.server, os, sys, urllib.request

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = 200
        try:
            if self.path == "/":
                urllib.request.urlopen(os.environ["PRICES"]).read()
        except OSError:
            status = 502
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
TEST = """
import os

def test_seen(stack):
    run = stack.drive("/", requests=3)
    assert [each.status for each in run.responses] == [200] * 3
    assert len(run.evidence[0].exchanges) == 3
"""
NOWHERE = "http://127.0.0.1:9"


def test_what_is_excepted_already_stays_so() -> None:
    found = without_proxy(
        {"HTTP_PROXY": NOWHERE, "NO_PROXY": "a.example", "no_proxy": "b"}, ["tap"]
    )
    assert found == dict.fromkeys(
        ("NO_PROXY", "no_proxy"), "a.example,b,localhost,127.0.0.1,::1,tap"
    )
    assert without_proxy({"all_proxy": NOWHERE, "no_proxy": "*"})["NO_PROXY"] == "*"


def test_nothing_is_said_without_a_proxy_or_where_it_is_a_dependency() -> None:
    assert without_proxy({"HTTP_PROXY": "", "NO_PROXY": "a"}) == {}
    assert without_proxy({"HTTP_PROXY": "http://squid:3128"}, ["squid"]) == {}


def test_variables_count_in_any_case() -> None:
    assert proxy_variables({"https_proxy": "a", "ALL_PROXY": "b", "PATH": "c"}) == (
        "ALL_PROXY",
        "https_proxy",
    )


@pytest.mark.parametrize("backend", ["embedded", "local"])
def test_a_scenario_sees_its_calls(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend == "local" and (reason := missing("local")):
        pytest.skip(reason)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, NOWHERE)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "target.py").write_text(TARGET)
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    (tmp_path / "test_scenario.py").write_text(TEST)
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
    done = subprocess.run(
        [*command, f"--windtunnel-backend={backend}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_doctor_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", NOWHERE)
    (tmp_path / "target.py").write_text(TARGET)
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    command = (str(Path(sys.executable).with_name("windtunnel")), "doctor", "--backend=embedded")
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert "proxy variables" in done.stdout + done.stderr
    assert "HTTPS_PROXY" in done.stdout + done.stderr
