#!/usr/bin/env python3
"""The load test: every endpoint under load, judged by the architecture score's own criteria.

    python3 tests/load_test.py [--duration 10] [--connections 32] [--json FILE]
    python3 tests/load_test.py --url http://127.0.0.1:8080

On a stack of its own everything is judged, also pooling and breakers. Of a service at --url only
response times and success can be judged from outside: the rest is not tested, and scores zero.
"""

import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
sys.path[0] = str(ROOT)

try:
    import click
    from rich.console import Console

    from tests.load_testing.measuring import Bar, from_outside, own_stack, responses, table
    from windtunnel.address import Address
    from windtunnel.backends.choice import NAMES
    from windtunnel.cli import as_program
    from windtunnel.commands.duration import FiniteRange
    from windtunnel.configuration import load
    from windtunnel.criteria import Ruling, Verdict
    from windtunnel.criteria.score import Score, score
    from windtunnel.errors import ConfigurationError
    from windtunnel.owned_hosts import owned_address
    from windtunnel.reports import json_report, terminal
    from windtunnel.reports.files import check_writable
    from windtunnel.reports.scenario_result import Judged
    from windtunnel.session import Session
except ImportError as missing:
    # The system's Python in a clone that is set up: the same with the Python that has everything.
    if (VENV / "bin" / "python").exists() and Path(sys.prefix).resolve() != VENV.resolve():
        python = str(VENV / "bin" / "python")
        os.execv(python, [python, *sys.argv])  # noqa: S606 - this script again, without a shell
    sys.stderr.write(f"load_test: {missing.name} is not installed; run `make setup`\n")
    sys.exit(2)


def _address(url: str, owned: tuple[str, ...]) -> Address:
    """Return where a URL leads; click.BadParameter unless it may be loaded, by plain HTTP."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.path not in {"", "/"}:
        raise click.BadParameter(f"{url!r}: expected http://HOST:PORT", param_hint="--url")
    try:
        return owned_address(Address(parts.hostname, parts.port or 80), owned, url)
    except ConfigurationError as error:
        raise click.BadParameter(f"{error}", param_hint="--url") from None


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--url", help="Load this running service instead of a stack of its own.")
@click.option(
    "--i-own-this-host",
    "owned",
    multiple=True,
    metavar="HOST",
    help="Needed, with --url's host, for any but this machine.",
)
@click.option(
    "--backend", type=click.Choice(NAMES), help="Where the stack runs; otherwise as configured."
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="A TOML file with the service under test, instead of the sample.",
)
@click.option(
    "--duration",
    type=FiniteRange(1, 3600),
    default=10.0,
    show_default=True,
    help="Seconds of load.",
)
@click.option("--connections", type=click.IntRange(1, 1000), default=32, show_default=True)
@click.option("--seed", type=click.IntRange(0), help="Replay another run's random decisions.")
@click.option("--json", "report", type=click.Path(path_type=Path, dir_okay=False))
def load_test(
    *,
    url: str | None,
    owned: tuple[str, ...],
    backend: str | None,
    config: Path | None,
    duration: float,
    connections: int,
    seed: int | None,
    report: Path | None,
) -> int:
    """Load every endpoint and judge it by the criteria of the architecture score.

    Exit status 0 where every criterion that was judged holds, 1 where one does not or the
    evidence cannot tell, 2 on wrong arguments.
    """
    if report is not None:
        check_writable(report, f"--json {report}")
    description: tuple[str, ...] = ()
    with Bar() as bar:
        if url is not None:
            configuration = load(ROOT, config)
            seed = secrets.randbelow(2**32) if seed is None else seed
            address = _address(url, owned)
            run = from_outside(
                bar, address, configuration, duration=duration, connections=connections, seed=seed
            )
            verdicts = responses(run)
        else:
            session = Session(directory=ROOT, configuration=config, backend=backend, seed=seed)
            configuration = session.configuration
            try:
                run, verdicts = own_stack(bar, session, duration=duration, connections=connections)
                description = session.description
            finally:
                session.close()
    result = score(verdicts, configuration.endpoints, tuple(configuration.dependencies))
    Console(width=None if sys.stdout.isatty() else 110).print(table(run))
    _say(verdicts, result, run.backend, run.seed)
    if report is not None:
        judged = tuple(Judged(test="load_test", verdict=each) for each in verdicts)
        json_report.write(
            report,
            json_report.report(
                result, judged, backend=run.backend, backend_description=description, seed=run.seed
            ),
        )
    return 0 if all(verdict.ruling is Ruling.PASS for verdict in verdicts) else 1


def _say(verdicts: list[Verdict], result: Score, backend: str, seed: int) -> None:
    for line in terminal.table(result):
        click.echo(line.text)
    open_ = [verdict for verdict in verdicts if verdict.ruling is not Ruling.PASS]
    for verdict in open_:
        click.echo(f"{verdict}")
    held = "every criterion that was judged holds" if not open_ else "the criteria do not all hold"
    click.echo(f"backend {backend}, seed {seed}: {held}")


def main() -> int:
    """Run it; every expected failure is one clear line."""
    return as_program(load_test, "load_test.py")


if __name__ == "__main__":
    sys.exit(main())
