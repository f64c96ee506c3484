"""The load test as a program: what it judges, what it says it did not, and its exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dashboard.running import ROOT, Start

SCRIPT = ROOT / "tests" / "load_test.py"


def run(*arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, str(SCRIPT), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )


def test_a_service_that_runs_already_is_judged_from_outside_alone(
    start: Start, tmp_path: Path
) -> None:
    up = start("--backend=embedded", "--no-load")
    target = up.client.state()["run"]["target"]
    report = tmp_path / "report.json"
    done = run(f"--url={target}", "--duration=2", "--connections=4", "--seed=7", f"--json={report}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "architecture score 60/100" in done.stdout
    assert done.stdout.count("not tested, so zero: catalog, redis") == 2
    assert "seed 7: every criterion that was judged holds" in done.stdout
    written = json.loads(report.read_text())
    assert (written["score"], written["seed"]) == (60, 7)
    untested = {each["category"] for each in written["shares"] if not each["tested"]}
    assert untested == {"pooling", "breakers"}


def test_a_service_that_does_not_answer_fails() -> None:
    done = run("--url=http://127.0.0.1:9", "--duration=1", "--connections=2")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "100.00%" in done.stdout
    assert "the criteria do not all hold" in done.stdout


@pytest.mark.slow
def test_a_stack_of_its_own_is_judged_in_full() -> None:
    done = run("--backend=embedded", "--duration=3", "--connections=8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "architecture score 100/100" in done.stdout
    assert "not tested" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--url=https://127.0.0.1",), "expected http://HOST:PORT"),
        (("--url=http://192.0.2.1:80",), "expected --i-own-this-host 192.0.2.1"),
        (("--duration=0",), "0.0 is not in the range"),
        (("--conections=3",), "'--connections'?)"),
        (("--backend=dokcer",), "'dokcer' is not one of"),
    ],
)
def test_a_wrong_argument_is_one_clear_error(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr


def test_without_its_packages_it_says_how_to_get_them(tmp_path: Path) -> None:
    """In a clone that is not set up: no .venv beside it, and a Python with nothing installed."""
    clone = tmp_path / "tests" / "load_test.py"
    clone.parent.mkdir()
    clone.write_bytes(SCRIPT.read_bytes())
    done = subprocess.run(
        [sys.executable, "-S", str(clone)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": ""},
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert done.stderr == "load_test: click is not installed; run `make setup`\n"
