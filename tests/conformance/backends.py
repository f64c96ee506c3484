"""Compares the backends: `python -m tests.conformance.backends [--write]`.

Runs the whole suite over the sample target's breaker on each backend, prints the verdicts side by
side, and with --write puts them into the README beside this file. Exits with 1 where two differ.
"""

import argparse
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from tests.conformance.readme import put
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.conformance_report import ConformanceReport, PropertyResult
from windtunnel.conformance.runner import Runner, choose
from windtunnel.session import Session
from windtunnel.stack import Stack

BACKENDS = ("embedded", "local", "docker")
CLAIMS = Claims(threshold=3, recovery=1.0, probes=2, window=6.0, workers=1)
SETTINGS = {
    "CACHE_TTL": 0,
    "RECOVERY_TIMEOUT": CLAIMS.recovery,
    "MONITOR_WINDOW": CLAIMS.window,
    # Longer than the recovery time, for calls that fail late.
    "HTTP_REQUEST_TIMEOUT": 1.8,
}


def conform(backend: str, jobs: int, settings: Mapping[str, object]) -> ConformanceReport:
    """Return what the suite finds of the sample target's breaker on a backend."""
    environment = {name: str(value) for name, value in settings.items()}

    @contextmanager
    def opened() -> Iterator[Stack]:
        session = Session(directory=Path.cwd(), configuration=None, backend=backend, seed=1)
        with (
            closing(session),
            closing(session.stack("backends", environment, lambda verdict: None)) as stack,
        ):
            yield stack

    with opened() as stack:
        runner = Runner(stack, "catalog", claims=CLAIMS, beside=[opened] * (jobs - 1))
        return runner.run(choose(), tell)


def tell(result: PropertyResult) -> None:
    """Say what was found, while it goes on."""
    sys.stderr.write(f"  {result.title}: {result.verdict.ruling}, {result.seconds:.1f} s\n")


def table(reports: Mapping[str, ConformanceReport]) -> str:
    """Return the verdicts as Markdown: a row a property, a column a backend."""
    rows = [["", *reports], ["-", *("-" for _ in reports)]]
    rows += [
        [title, *(report[title].ruling for report in reports.values())] for title in titles(reports)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def titles(reports: Mapping[str, ConformanceReport]) -> list[str]:
    """Return the properties in their order, each with the kind of failure."""
    return [result.title for result in next(iter(reports.values())).results]


def differing(reports: Mapping[str, ConformanceReport]) -> list[str]:
    """Return the properties whose verdicts differ."""
    return [
        title
        for title in titles(reports)
        if len({report[title].ruling for report in reports.values()}) > 1
    ]


def main() -> int:
    """Run on each backend, print, compare, and write where asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.backends")
    parser.add_argument("--write", action="store_true", help="put the result into the README")
    parser.add_argument("--jobs", type=int, default=2, help="stacks side by side")
    arguments = parser.parse_args()
    reports = {}
    for backend in BACKENDS:
        sys.stderr.write(f"{backend}\n")
        reports[backend] = conform(backend, arguments.jobs, SETTINGS)
    seconds = ", ".join(f"{report.seconds:.0f}" for report in reports.values())
    differ = differing(reports)
    notes = (
        f"Python {platform.python_version()}, {arguments.jobs} stacks side by side; the runs took"
        f" {seconds} s. {len(differ)} of {len(titles(reports))} verdicts differ."
    )
    made = f"{table(reports)}\n\n{notes}"
    sys.stdout.write(f"{made}\n")
    for title in differ:
        for backend, report in reports.items():
            sys.stderr.write(f"{title} on {backend}: {report[title]}\n")
    if arguments.write:
        put("backends", made)
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
