"""`windtunnel compare` as a user runs it: what is worse is found and named, what is not is not."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.leftovers import processes, until_none
from tests.paired.demonstration import git, make
from windtunnel.ports import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demonstration") / "repository"
    make(folder)
    return folder


def command(*arguments: str) -> list[str]:
    compare = [sys.executable, "-c", "from windtunnel.cli import main; raise SystemExit(main())"]
    return [*compare, "compare", *arguments]


def compare(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        command(*arguments), cwd=folder, capture_output=True, text=True, check=False, timeout=150
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def ruling(output: str, endpoint: str, figure: str) -> str:
    """Return what was ruled on a figure of an endpoint."""
    section = output.split(f"\n{endpoint}\n", 1)[1]
    found = re.search(rf"^  (PASS|FAIL|INCONCLUSIVE) +{figure} ", section, re.MULTILINE)
    assert found is not None, output
    return found[1]


def test_slowness_an_added_call_and_a_leak_are_each_found_and_named(
    repository: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "history.jsonl"
    status, output = compare(
        repository,
        "base",
        "head",
        "--same-python",
        "--backend=embedded",
        "--budget=45",
        f"--history={kept}",
    )
    assert status == 1, output
    assert ruling(output, "/busy", "p50") == "FAIL"
    assert ruling(output, "/busy", "CPU a request") == "FAIL"
    assert ruling(output, "/stock", "calls to catalog") == "FAIL"
    assert ruling(output, "/note", "memory growth") == "FAIL"
    assert ruling(output, "/busy", "calls to catalog") == "PASS"
    assert ruling(output, "/note", "calls to catalog") == "PASS"
    assert ruling(output, "/busy", "memory growth") != "FAIL"
    assert "1 a request → 2 a request" in output
    entry = json.loads(kept.read_text())
    assert entry["commit"] == git(repository, "rev-parse", "head").strip()
    assert {figure["endpoint"] for figure in entry["figures"]} >= {"/busy", "/stock", "/note"}
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_a_version_compared_with_itself_fails_nothing(repository: Path) -> None:
    status, output = compare(
        repository, "base", "base", "--same-python", "--backend=embedded", "--budget=10"
    )
    assert status == 0, output
    assert "\n  FAIL" not in output
    assert ruling(output, "/stock", "calls to catalog") == "PASS"


def test_calls_that_a_rule_names_count_for_neither_version(repository: Path) -> None:
    _, output = compare(
        repository,
        "base",
        "head",
        "--same-python",
        "--backend=embedded",
        "--budget=6",
        "--endpoint=/stock",
        "--setting=dependencies.catalog.ignore='GET /'",
    )
    assert ruling(output, "/stock", "calls to catalog") == "PASS", output
    assert "0 a request → 0 a request" in output


def test_a_fault_multiplies_what_an_added_call_costs(repository: Path) -> None:
    """At 20 ms each, the second call doubles the time."""
    status, output = compare(
        repository,
        "base",
        "head",
        "--same-python",
        "--backend=embedded",
        "--budget=25",
        "--endpoint=/stock",
        "--fault=latency catalog seconds=0.02",
    )
    assert status == 1, output
    assert "fault Latency(" in output
    found = re.search(r"FAIL +p50 +\+(\d+)", output)
    assert found is not None, output
    assert 60 <= int(found[1]) <= 110


def test_where_no_time_is_left_for_fresh_processes_nothing_fails(repository: Path) -> None:
    """A start takes longer than the budget: the second one would outrun it."""
    _, output = compare(
        repository,
        "base",
        "head",
        "--same-python",
        "--backend=embedded",
        "--budget=8",
        "--endpoint=/stock",
        "--env=START_SECONDS=8",
        "--tolerance=calls=0.5",
    )
    assert "Both were started once" in output
    assert "\n  FAIL" not in output
    assert "no time was left to see whether fresh processes show it" in output, output


@pytest.mark.busy
def test_a_fault_that_touches_nothing_fails_the_comparison(repository: Path) -> None:
    status, output = compare(
        repository,
        "base",
        "base",
        "--same-python",
        "--backend=embedded",
        "--budget=1",
        "--endpoint=/note",
        "--fault=latency catalog seconds=0.02",
    )
    assert status == 1
    assert "fault touched traffic" in output


@pytest.mark.busy
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_comparison_leaves_nothing_behind(
    repository: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """Interrupted once both targets run, which their processes' folders show."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    arguments = ("base", "head", "--same-python", "--backend=embedded", "--budget=60")
    with subprocess.Popen(
        command(*arguments),
        cwd=repository,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("windtunnel-*/target-2.log")):
            assert running.poll() is None
            assert time.monotonic() < deadline, "the second target did not start within 60 s"
            time.sleep(0.05)
        run = next(iter(tmp_path.glob("windtunnel-*/target-2.log"))).parent.name.split("-")[1]
        running.send_signal(number)
        assert running.wait(30) == 130
    assert list(tmp_path.glob("windtunnel-*")) == []
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    assert until_none(lambda: processes(run), 10) == []


@pytest.fixture
def urls(repository: Path) -> Iterator[tuple[str, str]]:
    """Serve the demonstration's catalog twice, on its own."""
    ports = (free_port(), free_port())
    servers = [
        subprocess.Popen([sys.executable, "catalog.py", "127.0.0.1", str(port)], cwd=repository)
        for port in ports
    ]
    try:
        yield f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
    finally:
        for server in servers:
            server.kill()
            server.wait()


@pytest.mark.busy
def test_two_urls_are_compared_by_their_times(urls: tuple[str, str], tmp_path: Path) -> None:
    """Two processes of one program may differ for as long as they live, and these are no others."""
    wide = ("mean=1", "p50=1", "p99=5", "throughput=0.9", "slow=0.9")
    status, output = compare(
        tmp_path,
        f"--base-url={urls[0]}",
        f"--head-url={urls[1]}",
        "--endpoint=/",
        "--budget=2",
        "--seed=7",
        *(f"--tolerance={each}" for each in wide),
    )
    assert status == 0, output
    assert ruling(output, "/", "p50") in {"PASS", "INCONCLUSIVE"}
    assert "seed 7" in output
    assert "calls to" not in output


@pytest.mark.busy
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "expected one of BASE, --base-url"),
        (("base", "--base-url=http://a:1"), "expected one of BASE, --base-url"),
        (("--base-url=http://127.0.0.1:1",), "--head-url is missing"),
        (("bsae", "--same-python"), "did you mean 'base'?"),
        (("base", "--endpoint=busy"), "expected a path that starts with '/'"),
        (("base", "--tolerance=maen=1"), "did you mean 'mean'?"),
        (("base", "--fault=latncy catalog"), "did you mean 'Latency'?"),
        (("base", "--budget=0"), "0 is not in the range"),
    ],
)
def test_a_wrong_argument_is_one_clear_error(
    repository: Path, arguments: tuple[str, ...], message: str
) -> None:
    status, output = compare(repository, *arguments)
    assert status in {1, 2}
    assert message in output


@pytest.mark.busy
def test_two_closed_ports_are_not_alike_but_not_compared(tmp_path: Path) -> None:
    ports = (free_port(), free_port())
    began = time.monotonic()
    status, output = compare(
        tmp_path,
        f"--base-url=http://127.0.0.1:{ports[0]}",
        f"--head-url=http://127.0.0.1:{ports[1]}",
        "--endpoint=/",
        "--budget=20",
    )
    assert status == 3, output
    assert re.search(r"base: (\d+) of \1 refused; head: (\d+) of \2 refused", output), output
    assert "  PASS" not in output
    assert time.monotonic() - began < 20


@pytest.mark.busy
def test_a_service_that_never_answers_takes_no_more_than_the_budget(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        status, output = compare(
            tmp_path, f"--base-url={url}", f"--head-url={url}", "--endpoint=/", "--budget=3"
        )
        took = time.monotonic() - began
    assert status == 0, output
    assert "INCONCLUSIVE" in output
    assert "  PASS" not in output
    assert took < 3 + START


START = 6.0
"""Seconds that the command's own start may take on a busy machine."""
