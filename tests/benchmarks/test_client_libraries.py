"""The comparison of HTTP libraries runs as the README says, and its table is right."""

import subprocess
import sys

import pytest

from tests.benchmarks import client_libraries
from tests.benchmarks.client_libraries import Measured, main, table
from tests.benchmarks.target_on import LIBRARIES


def test_the_command_measures_every_library_on_real_answers() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.benchmarks.client_libraries"),
            *("--rounds", "1", "--seconds", "0.2", "--connections", "4"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    first, _, *lines = done.stdout.splitlines()
    assert first.startswith("4 connections, /api/agents, 1 rounds of 0.2 s a library, seed 1;")
    assert [line.split()[0] for line in lines] == list(LIBRARIES)


def test_ratios_are_taken_within_a_round_before_their_median() -> None:
    rounds = [
        {"httpx": Measured(speed, 0.1), "httpx2": Measured(2 * speed, 0.05), "aiohttp": fast}
        for speed, fast in ((100, Measured(400, 0.01)), (200, Measured(1000, 0.02)))
    ]
    *_, httpx2, aiohttp = table(rounds).splitlines()
    assert httpx2.endswith("2.00 (2.00-2.00)")
    assert aiohttp.endswith("4.50 (4.00-5.00)")
    assert "700 (400-1,000)" in aiohttp
    assert "15.00 (10.00-20.00)" in aiohttp


def test_a_missing_library_is_one_line_that_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(client_libraries, "LIBRARIES", ("httpx", "httpx_of_tomorrow"))
    monkeypatch.setattr(sys, "argv", ["client_libraries"])
    assert main() == 2
    expected = "not installed: httpx_of_tomorrow; try: pip install -e '.[benchmark-clients]'\n"
    assert capsys.readouterr().err == expected


def test_no_load_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["client_libraries", "--rounds", "0"])
    with pytest.raises(SystemExit):
        main()
    assert "--rounds: 0: expected more than 0" in capsys.readouterr().err
