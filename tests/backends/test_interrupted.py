"""Whatever ends the runner in the middle of a fault, nothing of the run stays behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import leftovers
from tests.machine import missing

ROOT = Path(__file__).parents[2]
START_DEADLINE = 120.0
CLEAN_DEADLINE = 60.0

SCENARIO = """
import json, os, time
from pathlib import Path
from windtunnel_faults import Pause

def test_in_the_middle(stack):
    with stack.inject(Pause("redis")):
        run = Path(stack.backend.directory).name.removeprefix("windtunnel-").rpartition("-")[0]
        port = stack.default_target.address.port
        told = {"run": run, "directory": stack.backend.directory, "port": port}
        Path(os.environ["TELL"] + ".partial").write_text(json.dumps(told))
        os.rename(os.environ["TELL"] + ".partial", os.environ["TELL"])
        time.sleep(600)
"""


class Runner:
    """A pytest session that is in the middle of a scenario."""

    def __init__(self, backend: str, folder: Path) -> None:
        scenario = folder / "test_scenario.py"
        scenario.write_text(SCENARIO)
        self._told = folder / "told.json"
        self._output = (folder / "output").open("w+b")
        self.process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "pytest", str(scenario), "-p", "no:cacheprovider", "-s"),
                f"--rootdir={ROOT}",
                f"--windtunnel-backend={backend}",
            ],
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "TELL": str(self._told)},
        )
        end = time.monotonic() + START_DEADLINE
        while not self._told.exists():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < end, f"not started within {START_DEADLINE:g} s: {self.output}"
            time.sleep(0.05)
        self.told = json.loads(self._told.read_text())

    @property
    def output(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

    def signal(self, number: int) -> None:
        """Do as a terminal does: signal the whole process group."""
        os.killpg(self.process.pid, number)

    def close(self) -> None:
        if self.process.poll() is None:
            self.signal(signal.SIGKILL)
        self.process.wait()
        self._output.close()


@pytest.fixture(
    params=[
        "embedded",
        pytest.param("local", marks=pytest.mark.toxiproxy),
        pytest.param("docker", marks=pytest.mark.docker),
    ]
)
def runner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runner]:
    reason = missing(request.param)
    if reason:
        pytest.skip(reason)
    runner = Runner(request.param, tmp_path)
    yield runner
    runner.close()


def interrupt(runner: Runner) -> None:
    runner.signal(signal.SIGINT)
    runner.process.wait(CLEAN_DEADLINE)
    assert "KeyboardInterrupt" in runner.output
    assert "windtunnel:" in runner.output


def interrupt_impatiently(runner: Runner) -> None:
    for _ in range(3):
        runner.signal(signal.SIGINT)
        time.sleep(0.2)
    runner.process.wait(CLEAN_DEADLINE)


def kill(runner: Runner) -> None:
    runner.signal(signal.SIGKILL)
    runner.process.wait(CLEAN_DEADLINE)


@pytest.mark.parametrize("end", [interrupt, interrupt_impatiently, kill])
@pytest.mark.slow
@pytest.mark.busy
def test_nothing_stays_behind(runner: Runner, end: Callable[[Runner], None]) -> None:
    """No process, no container, no network, no folder, and the target's port is free."""
    run, directory = runner.told["run"], Path(runner.told["directory"])
    family = leftovers.family(run)
    assert leftovers.living(family), "nothing was found while it ran: the search itself is broken"
    end(runner)
    assert leftovers.until_none(lambda: leftovers.living(family), CLEAN_DEADLINE) == []
    assert leftovers.until_none(lambda: leftovers.processes(run), CLEAN_DEADLINE) == []
    assert leftovers.until_none(lambda: leftovers.in_engine(run), CLEAN_DEADLINE) == []
    assert not directory.exists()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", runner.told["port"]))
