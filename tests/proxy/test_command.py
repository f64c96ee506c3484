"""The command takes Toxiproxy's flags, and says in one line why it cannot run."""

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contracts.proxy.servers import (
    DEADLINE,
    OURS,
    Server,
    connect,
    echo_server,
    receive,
)
from windtunnel.ports import free_port

WINDTUNNEL = (str(Path(sys.executable).with_name("windtunnel")), "proxy")
MODULE = (sys.executable, "-m", "windtunnel.proxy")


def failed(*arguments: str, program: tuple[str, ...] = MODULE) -> tuple[int, str]:
    """Return the exit status and what was said, which must be no traceback."""
    done = subprocess.run(
        [*program, *arguments], check=False, capture_output=True, text=True, timeout=DEADLINE
    )
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@contextmanager
def running(*arguments: str, program: tuple[str, ...] = MODULE) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def listening(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return str(json.loads(process.stdout.readline())["listening"])


@pytest.mark.parametrize("program", [WINDTUNNEL, MODULE])
@pytest.mark.parametrize(
    "flags", [("-host", "127.0.0.1", "-port", "0"), ("--host=127.0.0.1", "--port=0"), ("-port=0",)]
)
def test_it_says_where_it_listens_and_ends_in_order(
    program: tuple[str, ...], flags: tuple[str, ...]
) -> None:
    with running(*flags, program=program) as process:
        host, _, port = listening(process).rpartition(":")
        assert host == "127.0.0.1"
        connect(int(port)).close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0


def test_it_says_its_seed_so_that_a_run_can_be_replayed() -> None:
    with running("-port=0") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["seed"] >= 0
    with running("-port=0", "-seed", "7") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["seed"] == 7


def test_a_config_file_makes_its_proxies(tmp_path: Path) -> None:
    with echo_server() as port:
        config = tmp_path / "proxies.json"
        listen = free_port()
        proxy = {"name": "a", "listen": f"127.0.0.1:{listen}", "upstream": f"127.0.0.1:{port}"}
        config.write_text(json.dumps([proxy]))
        with running("-port=0", "-config", str(config)) as process:
            listening(process)
            with connect(listen) as client:
                client.sendall(b"a")
                assert receive(client, 1) == b"a"


def test_a_taken_port_is_one_clear_error(tmp_path: Path) -> None:
    server = Server(OURS)
    try:
        expected = f"Error: cannot listen at 127.0.0.1:{server.port}: address already in use\n"
        assert failed("-port", str(server.port)) == (1, expected)
        assert failed("-port", str(server.port), program=WINDTUNNEL) == (1, expected)
    finally:
        server.close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not valid JSON: Expecting value: line 1 column 1 (char 0)"),
        ("{}", "the body must be an array of proxies, found {}"),
        ('[{"name": 1}]', "name must be a string, found 1"),
        ('[{"name": "a"}]', "missing required field: upstream at proxy 1"),
        ('[{"name": "a", "upstream": "b"}]', "upstream was invalid, expected host:port and found"),
        (
            '[{"name": "a", "upstream": "b:1", "protocol": "smtp"}]',
            "protocol was invalid, can be one of: http, mysql, postgresql, redis, tcp",
        ),
        (
            '[{"name": "a", "upstream": "b:1", "listen": "203.0.113.1:1"}]',
            "listen tcp 203.0.113.1:1: bind: cannot assign requested address",
        ),
        ("[" * 100_000, "not valid JSON: "),
    ],
)
def test_a_bad_config_file_is_one_clear_error(tmp_path: Path, content: str, message: str) -> None:
    config = tmp_path / "proxies.json"
    config.write_text(content)
    status, text = failed("-port=0", "-config", str(config))
    assert status == 1
    assert text.startswith(f"Error: --config {config}: {message}")
    assert text.count("\n") == 1


def test_a_missing_config_file_is_one_clear_error(tmp_path: Path) -> None:
    config = tmp_path / "nowhere.json"
    expected = f"Error: --config {config}: No such file or directory\n"
    assert failed("-port=0", "-config", str(config)) == (1, expected)


def test_a_port_that_others_reach_needs_a_token_or_a_word() -> None:
    status, text = failed("-host", "0.0.0.0", "-port=0")  # noqa: S104 - what is refused
    assert status == 1
    assert "others could reach the control port" in text
    for more in (("--open",), ("--token", "secret")):
        with running("-host=0.0.0.0", "-port=0", *more) as process:
            assert listening(process).startswith("0.0.0.0:")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-port", "x"), "'x' is not a valid integer"),
        (("-port", "70000"), "70000 is not in the range"),
        (("--prot", "1"), "No such option"),
        (("--refusal-counting", "guess"), "'guess' is not one of"),
    ],
)
def test_a_wrong_argument_is_one_clear_error(arguments: tuple[str, ...], message: str) -> None:
    status, text = failed(*arguments)
    assert status == 2
    assert message in text


def test_more_connections_than_files_can_be_open_are_one_clear_error() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        pytest.skip("any number of files can be open here")
    status, text = failed("--port=0", f"--max-connections={hard}")
    assert status == 1
    room = (hard - 128) // 2
    assert f"--max-connections {hard}: the limit on open files, {hard}, leaves room for" in text
    assert str(room) in text


def test_the_version_names_the_api() -> None:
    done = subprocess.run([*MODULE, "-version"], check=True, capture_output=True, text=True)
    assert done.stdout == "compatible with 2.12.0\n"


@pytest.mark.parametrize(
    ("flag", "present", "absent"),
    [
        ("-proxy-metrics", "toxiproxy_proxy_received_bytes_total", "process_cpu_seconds_total"),
        ("-runtime-metrics", "process_cpu_seconds_total", "toxiproxy_proxy_received_bytes_total"),
    ],
)
def test_metrics_are_served_when_they_are_asked_for(flag: str, present: str, absent: str) -> None:
    server = Server(OURS, flag)
    try:
        text = server.call("GET", "/metrics").body.decode()
        assert f"# TYPE {present.removesuffix('_total')}" in text or f"# TYPE {present}" in text
        assert absent not in text
    finally:
        server.close()
