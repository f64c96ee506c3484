"""Tests every service that can be built here, and makes the table: see --help.

Each run is appended to --results, where it counts also after an interruption: the next call makes
the runs that are still missing, of this code. Exits with 1 where a service failed another property
than those it is known to fail.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from tests.conformance.foreign.building import built, missing
from tests.conformance.foreign.running import ForeignRun, run
from tests.conformance.foreign.services import SERVICES, ForeignService
from tests.conformance.readme import put
from tests.conformance.repeat import code
from windtunnel.conformance.properties import PROPERTIES

SIGNS = {"PASS": "yes", "FAIL": "**no**", "INCONCLUSIVE": "?"}


def kept(results: Path, now: str) -> list[ForeignRun]:
    """Return the runs of this code that a file holds."""
    if not results.exists():
        return []
    lines = [line for line in results.read_bytes().splitlines(keepends=True) if line[-1:] == b"\n"]
    runs = [msgspec.json.decode(line, type=ForeignRun) for line in lines]
    return [each for each in runs if each.code == now]


def table(runs: Sequence[ForeignRun], services: Sequence[ForeignService]) -> Iterator[str]:
    """Return what was proved of each: a row a property, a column a service."""
    yield f"| | {' | '.join(each.name for each in services)} |"
    yield f"| - |{' - |' * len(services)}"
    yield f"| documented | {' | '.join(each.documented for each in services)} |"
    for chosen in PROPERTIES:
        cells = [_cell([r for r in runs if r.service == s.name], chosen.name) for s in services]
        yield f"| {chosen.name} | {' | '.join(cells)} |"
    counts = [str(sum(run.service == each.name for run in runs)) for each in services]
    yield f"| runs | {' | '.join(counts)} |"
    times = [_middle([r.seconds for r in runs if r.service == s.name]) for s in services]
    yield f"| seconds a run | {' | '.join(times)} |"


def _cell(runs: Sequence[ForeignRun], name: str) -> str:
    """Return the rulings of a property over all runs and kinds of failure; the worst counts."""
    worst = Counter(_worst(run, name) for run in runs)
    if len(worst) == 1:
        return SIGNS[next(iter(worst))]
    return ", ".join(f"{SIGNS[ruling]} {count}" for ruling, count in sorted(worst.items()))


def _worst(run: ForeignRun, name: str) -> str:
    found = [ruling for title, ruling in run.rulings.items() if title.partition(" (")[0] == name]
    # One kind of failure that could not be decided leaves the others' word.
    return next(each for each in ("FAIL", "PASS", "INCONCLUSIVE") if each in found)


def _middle(seconds: Sequence[float]) -> str:
    return f"{sorted(seconds)[len(seconds) // 2]:.0f}" if seconds else ""


def main() -> int:
    """Build, run, keep, compare, and write."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.foreign")
    parser.add_argument("--runs", type=int, default=1, help="of each service")
    parser.add_argument("--only", action="append", help="a service; may be repeated")
    parser.add_argument("--jobs", type=int, default=2, help="stacks side by side")
    parser.add_argument("--build", action="store_true", help="build what is missing, and no more")
    parser.add_argument("--results", type=Path, default=Path("foreign.jsonl"))
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    arguments = parser.parse_args()
    names = [each.name for each in SERVICES]
    if unknown := set(arguments.only or ()) - set(names):
        parser.error(f"--only {', '.join(sorted(unknown))}: expected one of {', '.join(names)}")
    chosen = [each for each in SERVICES if not arguments.only or each.name in arguments.only]
    here = [each for each in chosen if _can_be_built(each)]
    if arguments.build:
        for service in here:
            sys.stderr.write(f"{service.name}: {built(service)}\n")
        return 0
    now, results = code(), arguments.results
    for service in here:
        _complete(service, arguments.runs, results, now, arguments.jobs)
    runs = kept(results, now)
    text = "\n".join(table(runs, [each for each in SERVICES if _of(each, runs)]))
    sys.stdout.write(f"{text}\n")
    if arguments.write:
        put("foreign", text)
    wrong = [
        f"{service.name}: {title} FAILs, which is not known of it"
        for service in here
        for each in _of(service, runs)
        for title in sorted(each.failed - service.deviations.keys())
    ]
    sys.stderr.write("".join(f"{line}\n" for line in wrong))
    return int(bool(wrong))


def _can_be_built(service: ForeignService) -> bool:
    lacking = missing(service)
    if lacking:
        sys.stderr.write(f"{service.name}: skipped, for {', '.join(lacking)} was not found\n")
    return not lacking


def _complete(service: ForeignService, wanted: int, results: Path, now: str, jobs: int) -> None:
    """Make the runs of a service that a file still lacks."""
    for number in range(len(_of(service, kept(results, now))), wanted):
        made = run(service, now, [f"--jobs={jobs}"])
        with results.open("ab") as file:
            file.write(msgspec.json.encode(made) + b"\n")
        took = f"{service.name}, run {number + 1}: {made.seconds:.0f} s"
        sys.stderr.write(f"{took}, {', '.join(sorted(made.failed)) or 'no'} FAIL\n")


def _of(service: ForeignService, runs: Sequence[ForeignRun]) -> list[ForeignRun]:
    return [each for each in runs if each.service == service.name]


if __name__ == "__main__":
    sys.exit(main())
