"""Runs `windtunnel breaker` on one service, and reads its report."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.conformance.foreign.building import built, path
from tests.conformance.foreign.services import ForeignService

RUN_SECONDS = 1200


class ForeignRun(msgspec.Struct, frozen=True):
    """One run of the suite over one service, as it is kept."""

    service: str
    code: str
    seconds: float
    rulings: dict[str, str]
    """By property, with the kind of failure where it was tried with several."""
    statements: dict[str, str]
    opened: int | None
    """Failures after which it was seen to open."""

    @property
    def failed(self) -> set[str]:
        """The properties that failed, without the kinds of failure."""
        return {
            title.partition(" (")[0] for title, ruling in self.rulings.items() if ruling == "FAIL"
        }


def run(service: ForeignService, code: str = "", options: Sequence[str] = ()) -> ForeignRun:
    """Run the suite in a process of its own. RuntimeError where it gives no report."""
    folder = built(service)
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        windtunnel = Path(sys.executable).with_name("windtunnel")
        command = [str(windtunnel), "breaker", *service.options, *options]
        done = subprocess.run(
            [*command, "--deadline=30", f"--json={report}"],
            cwd=folder,
            env={**os.environ, "PATH": path()},
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        if not report.exists():
            raise RuntimeError(f"{service.name}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        document = msgspec.json.decode(report.read_bytes())
    results = {
        each["name"] + (f" ({each['failure']})" if each["failure"] else ""): each["verdict"]
        for each in document["results"]
    }
    return ForeignRun(
        service=service.name,
        code=code,
        seconds=document["seconds"],
        rulings={title: verdict["ruling"] for title, verdict in results.items()},
        statements={title: verdict["statement"] for title, verdict in results.items()},
        opened=document["observed"]["failures"],
    )
