"""Makes the table of known answers: `python -m tests.conformance.table [--write]`.

Runs the whole suite over each breaker of libraries.py, prints the table, and with --write puts it
into the README beside this file, between its two marks.
"""

import argparse
import platform
import sys

from tests.conformance.libraries import LIBRARIES, Library
from tests.conformance.readme import put
from tests.conformance.stand import Stand
from windtunnel.conformance.conformance_report import ConformanceReport
from windtunnel.conformance.failures import FAILURES
from windtunnel.conformance.runner import choose
from windtunnel.criteria import Ruling

SIGNS = {Ruling.PASS: "yes", Ruling.FAIL: "**no**", Ruling.INCONCLUSIVE: "?"}


def table(reports: dict[Library, ConformanceReport]) -> str:
    """Return the table as Markdown: a row a property, a column a breaker."""
    first = next(iter(reports.values()))
    rows = [
        ["", *(f"{library.name} {library.version}" for library in reports)],
        ["-", *("-" for _ in reports)],
    ]
    for number, result in enumerate(first.results):
        rulings = [report.results[number].verdict.ruling for report in reports.values()]
        rows.append([result.title, *(SIGNS[ruling] for ruling in rulings)])
    exposed = [_finding(report, "opens-under-concurrency") for report in reports.values()]
    rows.append(["exposure of 100 concurrent calls", *(f"{value:g}" for value in exposed)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _finding(report: ConformanceReport, name: str) -> float:
    return report[name].findings[0].value


def notes(reports: dict[Library, ConformanceReport]) -> str:
    """Return under which conditions the table was made."""
    seconds = ", ".join(f"{report.seconds:.0f}" for report in reports.values())
    return (
        f"Python {platform.python_version()}, backend embedded; the runs took {seconds} s."
        " A question mark: inconclusive, for it has no window, or the machine was too busy."
    )


def main() -> int:
    """Print the table, and write it where asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.table")
    parser.add_argument("--write", action="store_true", help="put it into the README")
    write = parser.parse_args().write
    order = choose(failures=tuple(FAILURES))
    reports = {}
    with Stand("embedded") as stand:
        for library in LIBRARIES:
            sys.stderr.write(f"{library.name} {library.version}\n")
            reports[library] = stand.conform(
                library.module, order, claims=library.claims, settings=library.settings
            )
    made = f"{table(reports)}\n\n{notes(reports)}"
    sys.stdout.write(f"{made}\n")
    if write:
        put("table", made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
