"""`windtunnel up` as a user meets it: addresses, faults by command, and an end without remains."""

import json
import signal
import socket
from pathlib import Path

import psutil
import pytest

from tests.dashboard.running import ROOT, Start, Up
from windtunnel.cli import main
from windtunnel.dashboard.discovery import announced
from windtunnel.owned_hosts import is_loopback

EMBEDDED = ("--backend=embedded", "--env=CACHE_TTL=0")


@pytest.fixture(scope="module")
def up(start: Start) -> Up:
    return start(*EMBEDDED)


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main([*arguments])
    captured = capsys.readouterr()
    return status, captured.out + captured.err


def test_it_prints_every_address(up: Up) -> None:
    printed = "\n".join(up.lines)
    for name in ("dashboard", "target", "catalog's tap", "redis's tap", "logs", "seed"):
        assert f"  {name} " in printed
    assert "ready; Ctrl-C stops everything" in printed


def test_all_that_is_up_listens_on_loopback_alone(up: Up) -> None:
    runner = psutil.Process(up.process.pid)
    listening = [
        each.laddr.ip
        for process in (runner, *runner.children(recursive=True))
        for each in process.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 5  # dashboard, target, the tap's control port and its two taps
    assert all(map(is_loopback, listening)), listening


def test_the_control_period_passes_before_any_traffic_and_is_printed(up: Up) -> None:
    assert any("control period of 0.5 s without requests" in line for line in up.lines)


def test_calls_that_a_rule_names_are_shown_nowhere(start: Start) -> None:
    settings = ("control_period=0", "dependencies.redis.ignore=*")
    up = start(*EMBEDDED, *(f"--setting={each}" for each in settings))

    def requests(name: str) -> int:
        figures = up.state()["figures"]["dependencies"].get(name)
        return figures["wire"]["requests"] if figures else 0

    up.until(lambda: requests("catalog"), "calls to the catalog")
    assert requests("redis") == 0
    up.stop()


def test_a_person_injects_looks_and_heals_by_command(
    up: Up, capsys: pytest.CaptureFixture[str]
) -> None:
    port = f"--port={up.port}"
    status, said = command(capsys, "inject", "latency", "redis", "seconds=0.05", "--lease=50", port)
    assert (status, "Latency(dependency='redis', seconds=0.05" in said) == (0, True), said
    up.until(lambda: up.state()["faults"][0]["touched"], "the fault's touching traffic")
    status, said = command(capsys, "status", port)
    assert (status, "has touched traffic" in said, "s left" in said) == (0, True, True), said
    status, said = command(capsys, "status", "--json", port)
    shown = json.loads(said)
    assert 0 < shown["state"]["faults"][0]["remaining"] <= 50
    assert shown["run"]["backend"] == "embedded"
    status, said = command(capsys, "heal", "Latency", port)
    assert (status, "It touched traffic" in said) == (0, True), said
    status, said = command(capsys, "heal", "--all", port)
    assert (status, said) == (0, "no fault is in force\n")


def test_a_fault_that_nobody_renews_heals_by_itself(
    up: Up, capsys: pytest.CaptureFixture[str]
) -> None:
    command(capsys, "inject", "Outage", "catalog", "--lease=1", f"--port={up.port}")
    up.until(lambda: not up.state()["faults"], "the lease's end")
    events = up.client.state()["events"]
    assert any(each["source"] == "lease" and "its lease ended" in each["text"] for each in events)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("inject", "Outag", "catalog"), "no fault is named 'Outag'; did you mean 'Outage'?"),
        (("inject", "Outage", "catalgo"), "is named 'catalgo'; did you mean 'catalog'?"),
        (("inject", "Latency", "catalog", "seconds"), "'seconds': expected NAME=VALUE"),
        (("inject", "Outage", "catalog", "--lease=0.5"), "a lease of 0.5 s: expected 1 to 3600"),
        (("inject", "Disconnect", "redis"), "needs the capability 'network'"),
        (("heal", "Outage"), "no fault 'Outage' is in force; none is"),
        (("heal",), "expected either a fault's number or name, or --all"),
    ],
)
def test_a_mistake_is_one_clear_error(
    up: Up, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    status, said = command(capsys, *arguments, f"--port={up.port}")
    assert (status, message in said, said.count("\n")) == (1, True, 1), said


def test_a_taken_port_is_one_clear_error_and_starts_nothing(start: Start) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        refused = start(*EMBEDDED, f"--port={port}", ready=False)
        assert refused.process.wait(60) == 1
    refused.until(lambda: refused.lines, "its error")
    assert len(refused.lines) == 1
    assert f"cannot have port {port} of 127.0.0.1: Address already in use" in refused.lines[0]


def test_too_much_background_traffic_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = command(capsys, "up", "--load=1000")
    assert (status, "expected 0 to 50" in said) == (1, True), said


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_whatever_ends_it(
    start: Start, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    """Not even where a dependency is suspended and another cut off."""
    up = start(*EMBEDDED)
    port = f"--port={up.port}"
    assert command(capsys, "inject", "Pause", "redis", port)[0] == 0
    assert command(capsys, "inject", "Outage", "catalog", port)[0] == 0
    running, logs = up.processes(), up.logs
    assert len(running) >= 5  # keeper, tap, catalog, redis, target
    status = up.stop(number)
    assert status == (-signal.SIGKILL if number is signal.SIGKILL else 0), up.lines
    _, alive = psutil.wait_procs(running, timeout=20)
    assert alive == []
    up.until(lambda: not logs.exists(), "the directory's removal")
    assert not [each for each in announced() if each.port == int(port.removeprefix("--port="))]
    status, said = command(capsys, "status", port)
    assert (status, "start one with `windtunnel up`" in said) == (1, True), said


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.docker
@pytest.mark.timeout(400)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_in_the_engine_either(
    start: Start, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    from windtunnel.backends.docker.docker_engine import DockerEngine, runs  # noqa: PLC0415 - slow to load

    try:
        DockerEngine("probe").close()
    except Exception as error:  # noqa: BLE001 - the reason is what is shown
        pytest.skip(str(error))
    up = start("--backend=docker")
    run = up.logs.name.split("-")[1]
    assert run in runs()
    port = f"--port={up.port}"
    assert command(capsys, "inject", "Outage", "catalog", port)[0] == 0
    up.until(lambda: up.state()["faults"][0]["touched"], "the fault's touching traffic")
    assert command(capsys, "heal", "1", port)[0] == 0
    assert command(capsys, "inject", "Pause", "redis", port)[0] == 0
    up.stop(number)
    up.until(lambda: run not in runs() and not up.logs.exists(), "the run's end", 60)


def test_a_service_that_says_nothing_is_shown_by_the_wire_alone(
    start: Start, tmp_path: Path
) -> None:
    serving = '["{python}", "-m", "MODULE", "--host", "{host}", "--port", "{port}"]'
    configuration = tmp_path / "windtunnel.toml"
    configuration.write_text(
        f"""
        directory = "{ROOT}"
        command = {serving.replace("MODULE", "tests.dashboard.silent_target")}
        endpoints = ["/"]
        health = "/"
        [dependencies.shelf]
        protocol = "http"
        command = {serving.replace("MODULE", "tests.dashboard.silent_target")}
        environment = {{SHELF = "{{address}}"}}
        endpoint = "/"
        """
    )
    up = start("--backend=embedded", f"--config={configuration}")
    up.until(lambda: up.state()["figures"]["callers"], "the first look")
    figures = up.state()["figures"]
    assert figures["silence"] == "GET /metrics answered 404, expected 200"
    assert figures["dependencies"]["shelf"]["breaker"] is None
    assert figures["dependencies"]["shelf"]["wire"]["requests"] == 0
    up.until(lambda: up.state()["figures"]["callers"]["/"]["per_second"] > 10, "the traffic")
