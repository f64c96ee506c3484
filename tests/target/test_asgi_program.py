"""The target as a program: it says where it listens, and every wrong start is one clear line."""

import json
import signal
import socket
import subprocess
import sys

import pytest

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.unified_server import create_app


def run(module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("module", ["windtunnel_sample", "windtunnel_sample.catalog"])
def test_a_taken_port_is_one_line_and_status_1(module: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(module, "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == f"{module}: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    assert done.stdout == ""


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_an_impossible_port_is_refused_with_status_2(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["windtunnel_sample", f"--port={port}"])
    with pytest.raises(SystemExit) as ended:
        serve(create_app, "windtunnel_sample")
    assert ended.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert "--port" in last
    assert port in last


@pytest.mark.parametrize(
    ("stop", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)]
)
def test_it_says_where_it_listens_and_ends_in_silence_when_asked(
    stop: signal.Signals, status: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "windtunnel_sample.catalog", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            host, port = json.loads(program.stdout.readline())["listening"].rsplit(":", 1)
            with socket.create_connection((host, int(port)), 10) as connection:
                connection.sendall(b"GET /agents/agent-1 HTTP/1.0\r\n\r\n")
                assert connection.makefile("rb").readline().split()[1] == b"200"
            program.send_signal(stop)
            _, errors = program.communicate(timeout=30)
        finally:
            program.kill()
    assert program.returncode == status
    assert errors == ""
