"""A target is told by a file too, and one that runs already is met at fixed ports."""

import subprocess
import sys
from pathlib import Path

import pytest

from windtunnel.address import Address
from windtunnel.backends.running_target import running_target
from windtunnel.backends.target_files import write_files
from windtunnel.configuration import parse
from windtunnel.errors import ConfigurationError, StartError, UnsupportedFault
from windtunnel.limited_files import LONGEST
from windtunnel.ports import free_port
from windtunnel.protocols.http.probe import answers_http
from windtunnel.session import Session
from windtunnel_faults import Outage

SERVICE = """
import json, sys, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        status = 200
        try:
            if self.path == "/prices":
                with open(sys.argv[2]) as told:
                    urllib.request.urlopen(json.load(told)["prices"], timeout=5).close()
        except OSError:
            status = 502
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Service).serve_forever()
"""
COMMON = """
health = "/"
endpoints = ["/prices"]
[dependencies.prices]
protocol = "http"
command = ["{python}", "service.py", "{port}", "nothing"]
endpoint = "/prices"
"""


def session(folder: Path, text: str, *settings: str) -> Session:
    (folder / "service.py").write_text(SERVICE)
    (folder / "windtunnel.toml").write_text(text)
    return Session(
        directory=folder, configuration=None, backend="embedded", seed=1, settings=settings
    )


def test_a_target_is_told_by_a_file_and_judged_by_the_configured_limits(tmp_path: Path) -> None:
    text = f"""
command = ["{{python}}", "service.py", "{{port}}", "{{files}}/told.json"]
profile = "zone"
files."told.json".text = '{{"prices": "http://{{prices.address}}/"}}'
{COMMON}"""
    held = session(tmp_path, text, "criteria.error_rate=0.01")
    try:
        stack = held.stack("test", {}, lambda verdict: None)
        run = stack.drive("/prices", 3)
        assert [len(run.at("prices").exchanges), run.limits.error_rate] == [3, 0.01]
        assert run.profile.startswith("zone, 1 ms round trip added by the tap")
        stack.close()
    finally:
        held.close()
    assert not list(tmp_path.glob("**/told.json"))


def test_a_target_that_runs_already_is_broken_and_left_running(tmp_path: Path) -> None:
    port, listen = free_port(), free_port()
    told = tmp_path / "told.json"
    told.write_text(f'{{"prices": "http://127.0.0.1:{listen}/"}}')
    text = f'address = "127.0.0.1:{port}"\n{COMMON}listen = {listen}\n'
    held = session(tmp_path, text)
    service = subprocess.Popen(
        [sys.executable, "service.py", str(port), str(told)],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    try:
        stack = held.stack("test", {}, lambda verdict: None)
        assert stack.drive("/prices", 2).responses[0].succeeded
        with stack.inject(Outage("prices")):
            assert not stack.drive("/prices", 2).responses[0].succeeded
        with pytest.raises(UnsupportedFault, match="its pid is not known"):
            _ = stack.default_target.pid
        with pytest.raises(ConfigurationError, match="it cannot be given TIMEOUT"):
            stack.target(TIMEOUT=1).__enter__()
        stack.close()
        held.close()
        answers_http("/")(Address("127.0.0.1", port))
    finally:
        held.close()
        service.terminate()
        service.wait(10)


def test_a_running_target_that_is_not_there_is_named() -> None:
    table = {"address": "127.0.0.1:1", "start_deadline": 0.05, "endpoints": ["/"]}
    with pytest.raises(StartError, match=r"at 127\.0\.0\.1:1 was not healthy within 0\.05 s: "):
        running_target(parse(table, "x"), {})


def test_a_template_is_no_file_of_settings(tmp_path: Path) -> None:
    """It may be longer than those, and keeps the mark that it begins with."""
    template = tmp_path / "prices.csv"
    text = "\ufeffprices at {prices.port}\n" + "a" * (LONGEST + 1)
    template.write_text(text, encoding="utf-8")
    table = {
        "command": ["service"],
        "endpoints": ["/"],
        "files": {"told.csv": {"template": str(template)}},
    }
    write_files(parse(table, "x").files, tmp_path / "files", {"prices.port": "7"})
    told = (tmp_path / "files" / "told.csv").read_text(encoding="utf-8")
    assert told == text.replace("{prices.port}", "7")
