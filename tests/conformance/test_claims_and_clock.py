"""Wrong claims are one clear error; the stepped clock says where its library is missing."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from windtunnel.backends.wall_clock import (
    LIBRARIES,
    CompiledClock,
    FaketimeClock,
    clock_of_a_process,
)
from windtunnel.configuration import Configuration, Dependency
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.runner import Runner, choose
from windtunnel.errors import ConfigurationError, NotTestable
from windtunnel.stack import Stack


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ({"threshold": 0}, "threshold = 0: expected a whole number from 1 to 100"),
        ({"probes": 101}, "probes = 101: expected a whole number from 1 to 100"),
        ({"workers": 0}, "workers = 0: expected a whole number from 1 to 256"),
        ({"recovery": 0.0}, "recovery = 0.0: expected seconds above 0"),
        ({"window": float("nan")}, "window = nan: expected seconds above 0"),
    ],
)
def test_a_claim_that_no_breaker_can_keep_is_refused(claim: dict[str, int], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Claims(**claim)  # type: ignore[arg-type]  # as callers without types would


def test_an_unknown_property_or_failure_gets_a_suggestion() -> None:
    with pytest.raises(ConfigurationError, match=r"property is named 'open'.*'opens'"):
        choose(only=["open"])
    with pytest.raises(ConfigurationError, match=r"kind of failure.*did you mean 'reset'"):
        choose(failures=["rset"])


def test_only_and_without_choose_among_the_properties() -> None:
    chosen = choose(only=["opens", "workers"], without=["workers"], failures=["http-500"])
    assert [each.name for each in chosen.properties] == ["opens"]
    assert [each.name for each in chosen.failures] == ["http-500"]


def test_a_target_that_runs_already_is_refused() -> None:
    shop = Dependency(endpoint="/x", upstream="127.0.0.1:2", listen=9001)
    running = Configuration(address="127.0.0.1:1", endpoints=("/x",), dependencies={"shop": shop})
    stack = cast("Stack", SimpleNamespace(configuration=running))
    with pytest.raises(ConfigurationError, match="each property needs a fresh one"):
        Runner(stack, "shop", claims=Claims())


def test_a_machine_without_libfaketime_is_told_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(NotTestable) as raised:
        FaketimeClock(tmp_path / "clock", root=tmp_path)
    assert "libfaketime" in raised.value.needs


def test_a_step_is_written_whole(tmp_path: Path) -> None:
    library = tmp_path / "usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
    library.parent.mkdir(parents=True)
    library.touch()
    clock = FaketimeClock(tmp_path / "clock", root=tmp_path)
    assert (tmp_path / "clock").read_text() == "+0.000s\n"
    clock.step(-3600)
    assert (tmp_path / "clock").read_text() == "-3600.000s\n"
    assert clock.environment["LD_PRELOAD"] == str(library)


WAITS = """
import threading, time
print(time.time(), flush=True)
input()
began = time.monotonic()
print(time.time(), flush=True)
time.sleep(0.1)
threading.Event().wait(0.1)
print(time.monotonic() - began, flush=True)
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
@pytest.mark.parametrize("step", [3600.0, -3600.0])
def test_a_compiled_clock_is_stepped_while_sleeps_stay_as_long(tmp_path: Path, step: float) -> None:
    clock = clock_of_a_process(tmp_path / "clock")
    assert isinstance(clock, CompiledClock)
    with subprocess.Popen(
        [sys.executable, "-c", WAITS],
        env={**os.environ, **clock.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert float(program.stdout.readline()) == pytest.approx(time.time(), abs=60)
        clock.step(step)
        program.stdin.write("\n")
        program.stdin.flush()
        assert float(program.stdout.readline()) == pytest.approx(time.time() + step, abs=60)
        assert 0.2 <= float(program.stdout.readline()) < 60
    assert program.returncode == 0


@pytest.mark.skipif(not list(Path("/").glob(LIBRARIES[0])), reason="needs libfaketime")
def test_a_machine_without_a_compiler_takes_libfaketime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isinstance(clock_of_a_process(tmp_path / "clock"), FaketimeClock)
