"""Which test reaches which line, and how long each test takes."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from coverage import CoverageData

from tests.mutation.mutants import lines_in_functions

CONTEXT = "WINDTUNNEL_REACHING_TEST"
"""The variable that tells a test's processes its name."""
DURATIONS = "durations-"


@dataclass
class Timed:
    """A test that was run without any mutant."""

    test: str
    seconds: float
    passed: bool
    slow: bool
    alone: bool
    setup: float = 0.0
    """Seconds of those above that its fixtures took: some stand for the other tests of its file."""

    @property
    def file(self) -> str:
        """The file that it is in."""
        return self.test.partition("::")[0]


@dataclass(frozen=True)
class Reach:
    """The tests that pass, and the lines that each reaches, in itself or in its processes."""

    tests: dict[str, Timed]
    lines: dict[str, dict[int, frozenset[str]]] = field(default_factory=dict)
    """By file, relative to the tree, and line: the tests' names."""

    def reaching(self, file: str, lines: range | None, code: str) -> list[Timed]:
        """Return the tests that reach one of some lines of a file with some code, quickest first.

        What runs while the module is imported (none are its lines) is charged to no test, nor is
        what a killed process ran: then every test may notice that reaches a function in the file,
        and each of the package's own.
        """
        known = self.lines.get(file, {})
        names = {name for line in lines or () for name in known.get(line, ())}
        if not names:
            names = {name for line in lines_in_functions(code) for name in known.get(line, ())}
            names |= {name for name in self.tests if name.startswith(_own_tests(file))}
        return sorted(
            (self.tests[name] for name in names if name in self.tests),
            key=lambda timed: (timed.seconds, timed.test),
        )


def record(tree: Path, packages: Sequence[str], folder: Path, options: Sequence[str]) -> None:
    """Run tests of a tree once, and keep what they reach in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "coveragerc"
    settings.write_text(
        "[run]\nparallel = true\nsigterm = true\n"
        f"data_file = {folder}/reach\ncontext = ${{{CONTEXT}-}}\ninclude =\n"
        + "".join(f"    {tree}/{package}/*\n" for package in packages)
    )
    environment = {
        **os.environ,
        "COVERAGE_PROCESS_START": str(settings),
        "WINDTUNNEL_REACH": str(folder),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    plugins = (
        "-p",
        "tests.mutation.recording_plugin",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
    )
    command = (str(tree / ".venv/bin/python"), "-m", "pytest", "-q", *plugins, *options)
    subprocess.run(command, cwd=tree, env=environment, check=False, stdout=sys.stderr)


def recorded(tree: Path, folder: Path) -> Reach:
    """Return what was kept in a folder."""
    tests: dict[str, Timed] = {}
    for file in sorted(folder.glob(f"{DURATIONS}*")):
        for line in file.read_text().splitlines():
            timed = Timed(**json.loads(line))
            tests[timed.test] = timed
    passing = {name: timed for name, timed in tests.items() if timed.passed}
    return Reach(passing, _lines(tree, folder, frozenset(passing)))


def _lines(tree: Path, folder: Path, tests: frozenset[str]) -> dict[str, dict[int, frozenset[str]]]:
    reached: dict[str, dict[int, set[str]]] = {}
    for part in sorted(folder.glob("reach.*")):
        data = CoverageData(basename=str(part))
        data.read()
        contexts = {each for each in data.measured_contexts() if each}
        for path in data.measured_files():
            file = str(Path(path).relative_to(tree))
            # A process that one test started may serve the next ones, too.
            served: frozenset[str] = frozenset()
            if len(contexts) == 1:
                served = _served_alike(_own_tests(file), min(contexts), tests)
            known = reached.setdefault(file, {})
            for line, names in data.contexts_by_lineno(path).items():
                known.setdefault(line, set()).update(filter(None, names), served)
    return {
        file: {line: frozenset(names) for line, names in lines.items()}
        for file, lines in reached.items()
    }


@cache
def _served_alike(own: str, test: str, tests: frozenset[str]) -> frozenset[str]:
    """Return who may use a process that a test started: the tests of its file, and a package's."""
    beside = f"{test.partition('::')[0]}::"
    return frozenset(name for name in tests if name.startswith((beside, own)))


def _own_tests(file: str) -> str:
    """Return where the tests of a file's package are, which mirror the packages."""
    parts = Path(file).parts
    return f"tests/{parts[2]}/" if len(parts) > 3 else "tests/"
