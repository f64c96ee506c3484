"""One mutant in a copy of the tree, and the tests that may notice it."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.mutation.mutants import Mutant, lines_run_with
from tests.mutation.reach import Reach, Timed

QUICK, SLOW = "quick", "slow"

_START = 10.0
"""Seconds that pytest may take to start."""
_SLOWER = 5
"""How many times as long as without the mutant tests may take."""
_LATE = "no end within"
_STEADY = 1.0
"""Seconds: a test that takes longer may have failed for a busy machine, and is asked again."""


@dataclass(frozen=True)
class Trial:
    """What became of a mutant."""

    mutant: str
    difference: str
    caught_by: str | None
    """Which tests noticed: `quick`, `slow`, or none."""
    failed: str | None
    """The test that failed, or what else happened."""
    quick_tests: int
    """How many quick tests reach it."""
    slow_tests: int
    left_out: int
    """Tests that reach it as well, and were not run: they would have taken too long."""
    seconds: float

    def as_json(self) -> dict[str, str | int | float | None]:
        """Return the fields."""
        return asdict(self)


def try_mutant(tree: Path, mutant: Mutant, reach: Reach, budget: float) -> Trial:
    """Run the quick tests that reach a mutant, and the slow ones where no quick one fails."""
    began = time.monotonic()
    difference = mutant.difference(tree)
    reaching = _reaching(tree, mutant, reach)
    sets = {
        QUICK: [timed for timed in reaching if not timed.slow],
        SLOW: [timed for timed in reaching if timed.slow],
    }
    caught_by = failed = None
    left_out = 0
    for name, tests in sets.items():
        affordable = _within(mutant, tests, budget)
        left_out += len(tests) - len(affordable)
        failed = _noticed(tree, mutant, affordable)
        if failed is not None:
            caught_by = name
            break
    return Trial(
        mutant=str(mutant),
        difference=difference,
        caught_by=caught_by,
        failed=failed,
        quick_tests=len(sets[QUICK]),
        slow_tests=len(sets[SLOW]),
        left_out=left_out if caught_by is None else 0,
        seconds=round(time.monotonic() - began, 1),
    )


def _reaching(tree: Path, mutant: Mutant, reach: Reach) -> list[Timed]:
    """Return the tests that may notice, quickest files first, those last that are to be alone."""
    code = (tree / mutant.file).read_text()
    found = reach.reaching(mutant.file, lines_run_with(code, mutant.line), code)
    entrance: dict[str, float] = {}
    for timed in found:
        entrance[timed.file] = max(entrance.get(timed.file, 0.0), timed.setup)
    return sorted(found, key=lambda timed: (timed.alone, entrance[timed.file], timed.file))


def _within(mutant: Mutant, tests: Sequence[Timed], budget: float) -> list[Timed]:
    """Return as many tests as a budget allows, and as many of those named after the file.

    One in any case. In the order in which they were.
    """
    named = [timed for timed in tests if timed.file.endswith(f"/test_{Path(mutant.file).stem}.py")]
    affordable: set[str] = {timed.test for timed in tests[:1]}
    for some in (tests, named):
        spent = 0.0
        entered: set[str] = set()
        for timed in some:
            # The first test of a file waits for the fixtures that all of them share.
            if timed.file not in entered:
                spent += max(each.setup for each in some if each.file == timed.file)
            entered.add(timed.file)
            spent += timed.seconds - timed.setup
            if spent > budget:
                break
            affordable.add(timed.test)
    return [timed for timed in tests if timed.test in affordable]


def _noticed(tree: Path, mutant: Mutant, tests: Sequence[Timed]) -> str | None:
    """Return which test fails with the mutant and not without it; none where all pass."""
    left = list(tests)
    while left:
        with _in_place(tree, mutant):
            failed = run_tests(tree, left)
        if failed is None:
            return None
        culprit = next((timed for timed in left if timed.test == failed), None)
        if culprit is not None and culprit.seconds < _STEADY:
            return failed
        # What cannot even be collected is asked of one test, of that file where one is named.
        unread = [
            timed for timed in left if failed.startswith(f"ERROR {timed.test.split('::')[0]}")
        ]
        if culprit is not None:
            again = [culprit]
        else:
            again = left if failed.startswith(_LATE) else (unread or left)[:1]
        if (without := run_tests(tree, again)) is None:
            return failed
        left = [timed for timed in left if timed.test not in {failed, without}]
        if without not in {timed.test for timed in again}:
            raise RuntimeError(f"{mutant}: without it, too, the tests end so: {without}")
    return None


def run_tests(tree: Path, tests: Sequence[Timed]) -> str | None:
    """Run some tests until the first fails; return which, or how else it ended badly."""
    arguments = tree / ".git" / "mutation-tests"
    arguments.write_text("\n".join(timed.test for timed in tests))
    command = (
        *(tree / ".venv/bin/python", "-m", "pytest", "-x", "-q", "-n", "0", "--tb=no"),
        *("-p", "no:randomly", "-p", "no:cacheprovider", "--windtunnel-backend=auto"),
        f"@{arguments}",
    )
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    most = _START + _SLOWER * sum(timed.seconds for timed in tests)
    with subprocess.Popen(
        command,
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as running:
        try:
            output, _ = running.communicate(timeout=most)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            return f"{_LATE} {most:.0f} s"
    if running.returncode == 0:
        return None
    for line in output.splitlines():
        if found := re.match(r"(?:FAILED|ERROR) (.*)", line):
            named = [timed.test for timed in tests if found[1].startswith(timed.test)]
            return max(named, key=len) if named else f"ERROR {found[1]}"
    return f"status {running.returncode}: {output.strip().splitlines()[-1:]}"


@contextmanager
def _in_place(tree: Path, mutant: Mutant) -> Iterator[None]:
    """Put a mutant where its file is.

    Afterwards the file has its old time again: Python takes compiled modules by their time, in
    whole seconds, and size.
    """
    file = tree / mutant.file
    changed = mutant.source(tree)
    kept = file.with_suffix(".unmutated")
    shutil.copy2(file, kept)
    try:
        file.write_text(changed)
        yield
    finally:
        kept.replace(file)
