"""Repeats the suite on one breaker, beside busy loops: `python -m tests.conformance.repeat`.

Each run is appended to --results, where it counts also after an interruption: the next call makes
the runs that are still missing, of this code. Prints how often each property got which ruling.
Exits with 1 unless every run failed exactly the properties that it must fail: none on the sound
breaker, and on a mutant (--flaw) the one that names its flaw. --table prints all that a file holds
as Markdown.
"""

import argparse
import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from tests.conformance.readme import put
from tests.conformance.stand import JOBS, Stand
from tests.conformance.test_known_answers import CLAIMS, MUTANTS
from windtunnel.conformance.conformance_report import ConformanceReport
from windtunnel.conformance.runner import choose
from windtunnel.criteria import Ruling

LONGEST = 600
"""Seconds after which a busy loop ends by itself."""
BUSY = f"import time\nend = time.monotonic() + {LONGEST}\nwhile time.monotonic() < end: pass"
ROOT = Path(__file__).parents[2]
JUDGES = (
    "harness/windtunnel/conformance",
    "harness/windtunnel/criteria",
    "tests/conformance/mutants",
)
"""What a verdict follows from: runs before a change of it are not counted."""


class Repeated(msgspec.Struct, frozen=True):
    """One run of the suite, as it is kept."""

    flaw: str
    """The mutant's name; empty for the sound breaker."""
    backend: str
    busy: int
    code: str
    seconds: float
    rulings: dict[str, Ruling]
    """By property."""

    @property
    def failed(self) -> set[str]:
        """The properties that failed."""
        return {name for name, ruling in self.rulings.items() if ruling is Ruling.FAIL}

    @property
    def as_expected(self) -> bool:
        """Whether it failed what it must, and nothing else."""
        return self.failed == MUTANTS.get(self.flaw, set())


@contextmanager
def busy_loop() -> Iterator[None]:
    """Keep one processor busy."""
    loop = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        yield
    finally:
        loop.kill()
        loop.wait()


def code() -> str:
    """Return a digest of what the verdicts follow from."""
    digest = hashlib.sha256()
    for folder in JUDGES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def kept(results: Path) -> list[Repeated]:
    """Return the runs that a file holds; one that was cut off in writing is none."""
    if not results.exists():
        return []
    whole = [
        line for line in results.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")
    ]
    return [msgspec.json.decode(line, type=Repeated) for line in whole]


def keep(results: Path, run: Repeated) -> None:
    """Append a run to a file."""
    with results.open("ab") as file:
        file.write(msgspec.json.encode(run) + b"\n")


def rulings(report: ConformanceReport) -> dict[str, Ruling]:
    """Return a report's rulings by property."""
    return {result.name: result.verdict.ruling for result in report.results}


def lines(runs: Sequence[Repeated]) -> Iterator[str]:
    """Return how often each property got which ruling."""
    for name in runs[0].rulings if runs else ():
        counts = Counter(run.rulings[name] for run in runs)
        yield f"{name:<32} {', '.join(f'{n} {ruling}' for ruling, n in sorted(counts.items()))}"


def table(runs: Iterable[Repeated]) -> Iterator[str]:
    """Return a row for each breaker, backend and load, as Markdown."""
    groups: dict[tuple[str, str, int], list[Repeated]] = {}
    for run in runs:
        groups.setdefault((run.flaw, run.backend, run.busy), []).append(run)
    heads = ("breaker", "backend", "busy loops", "runs", "right", "INCONCLUSIVE", "seconds a run")
    yield f"| {' | '.join(heads)} |"
    yield f"|{' - |' * len(heads)}"
    for (flaw, backend, busy), group in sorted(groups.items()):
        doubts = Counter(
            name for run in group for name, each in run.rulings.items() if each == "INCONCLUSIVE"
        )
        told = ", ".join(f"{name} {count}" for name, count in sorted(doubts.items())) or "0"
        right = sum(run.as_expected for run in group)
        middle = sorted(run.seconds for run in group)[len(group) // 2]
        cells = (flaw or "sound", backend, busy, len(group), right, told, f"{middle:.0f}")
        yield f"| {' | '.join(map(str, cells))} |"


def main() -> int:
    """Repeat, count, and say what was not as expected."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.repeat")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--busy", type=int, default=0, help="busy loops beside it")
    parser.add_argument("--flaw", choices=sorted(MUTANTS), default="", help="a mutant")
    parser.add_argument("--backend", default="kept process", help="or embedded, or local")
    parser.add_argument("--jobs", type=int, default=JOBS, help="stacks side by side")
    parser.add_argument("--results", type=Path, default=Path("repeated.jsonl"))
    parser.add_argument("--table", action="store_true", help="print what the file holds")
    parser.add_argument("--write", action="store_true", help="and put it into the README")
    arguments = parser.parse_args()
    results, now = arguments.results, code()
    if arguments.table:
        made = "\n".join(table(run for run in kept(results) if run.code == now))
        sys.stdout.write(f"{made}\n")
        if arguments.write:
            put("repeated", made)
        return 0
    asked = (arguments.flaw, arguments.backend, arguments.busy, now)
    done = [run for run in kept(results) if (run.flaw, run.backend, run.busy, run.code) == asked]
    module = f"mutants.{arguments.flaw}" if arguments.flaw else "services.with_target"
    order = choose(failures=["reset"])
    with Stand(arguments.backend, jobs=arguments.jobs) as stand:
        while len(done) < arguments.runs:
            with ExitStack() as loops:
                for _ in range(arguments.busy):
                    loops.enter_context(busy_loop())
                report = stand.conform(module, order, claims=CLAIMS)
            run = Repeated(*asked, report.seconds, rulings(report))
            keep(results, run)
            done.append(run)
            sys.stderr.write(f"run {len(done)}: {run.seconds:.0f} s, {run.failed or 'no'} FAIL\n")
    sys.stdout.write("".join(f"{line}\n" for line in lines(done)))
    return int(not all(run.as_expected for run in done))


if __name__ == "__main__":
    sys.exit(main())
