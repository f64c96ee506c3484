"""`windtunnel load`: load a URL, read it like wrk, judge it, or find its limit."""

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import click

from windtunnel.address import Address
from windtunnel.commands.duration import SECONDS
from windtunnel.commands.exit_status import STATUS
from windtunnel.commands.load_options import PlanOptions, plan_of, plan_options
from windtunnel.commands.masking import write_text
from windtunnel.criteria import Ruling, Verdict
from windtunnel.criteria.objective import Objective
from windtunnel.criteria.objective import parse as parse_objectives
from windtunnel.criteria.objective_held import objective_held
from windtunnel.criteria.verdict import overall
from windtunnel.errors import ConfigurationError
from windtunnel.load import find_limit as limit
from windtunnel.load import processes
from windtunnel.load.arrivals import constant
from windtunnel.load.destination import reach, speaks_tls
from windtunnel.load.locust import swarm
from windtunnel.load.plan import LoadPlan
from windtunnel.records.load_run import LoadRun
from windtunnel.reports import latency_plot, load_json, load_summary
from windtunnel.reports.files import check_writable
from windtunnel.reports.load_progress import progress

BUDGET = "5m"
GRACE = 1.0
"""Seconds beyond the budget for the last answers."""


class Drive(Protocol):
    """Sends what a plan says."""

    def __call__(self, plan: LoadPlan, *, ends_by: float = math.inf) -> LoadRun:
        """Return the run; TimeoutError where that is not over by a moment (monotonic seconds)."""


@click.command()
@click.argument("url", required=False)
@plan_options
@click.option(
    "--engine",
    type=click.Choice(("windtunnel", "locust")),
    default="windtunnel",
    show_default=True,
    help="What sends: our own, or Locust with --processes workers.",
)
@click.option(
    "--locust-master",
    metavar="HOST:PORT",
    help="Listen there for --processes Locust workers from other machines.",
)
@click.option("--locust-worker", metavar="HOST:PORT", help="Serve the master there; needs no URL.")
@click.option("--check", metavar="OBJECTIVES", help='Judge: "p99<50ms and errors<1%".')
@click.option("--find-limit", metavar="OBJECTIVES", help="Find the highest rate that holds them.")
@click.option(
    "--budget",
    type=SECONDS,
    default=BUDGET,
    show_default=True,
    help="End --find-limit after this time, with what was found.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write latency over time to this SVG file.",
)
def load(
    *,
    url: str | None,
    engine: str,
    locust_master: str | None,
    locust_worker: str | None,
    check: str | None,
    find_limit: str | None,
    budget: float,
    as_json: bool,
    plot: Path | None,
    **options: Any,  # noqa: ANN401 - click's values, which PlanOptions types
) -> int:
    """Load URL for a bounded time, and say what it bore.

    Exit status with --check: 1 where an objective failed, 3 where one was left open; with
    --find-limit: 1 where even the lowest rate failed, 3 where that was left open.
    """
    if locust_worker is not None:
        if url is not None:
            raise ConfigurationError("--locust-worker: it takes no URL: its master has it")
        swarm.follow(_address("--locust-worker", locust_worker))
    if url is None:
        raise click.UsageError("Missing argument 'URL'.")
    values = PlanOptions(**options)
    master = _address("--locust-master", locust_master) if locust_master is not None else None
    drive = _driver(values.processes, by_locust=engine == "locust" or master is not None, at=master)
    objectives = parse_objectives(check) if check is not None else ()
    sought = parse_objectives(find_limit) if find_limit is not None else ()
    plan = plan_of(url, values)
    if plot is not None:
        check_writable(plot, f"--plot {plot}")
    reach(plan.destination)
    if sought:
        if check or as_json or plot or values.rate:
            raise ConfigurationError(
                "--find-limit: expected without --rate, --check, --json, --plot"
            )
        return _search(plan, drive, sought, str(find_limit), budget)
    run = drive(plan)
    if not run.samples.good.any() and speaks_tls(plan.destination):
        click.echo(f"{plan.destination} speaks TLS: expected https://", err=True)
    verdicts = [objective_held(run, objective) for objective in objectives]
    _show(run, verdicts, as_json=as_json)
    if plot is not None:
        write_text(plot, latency_plot.svg(run), "--plot")
    return STATUS[overall(verdicts)] if verdicts else 0


def _driver(count: int, *, by_locust: bool, at: Address | None) -> Drive:
    def by_processes(plan: LoadPlan, *, ends_by: float = math.inf) -> LoadRun:
        with progress(plan.stretch) as update:
            return processes.drive(plan, count, update, ends_by=ends_by)

    def of_locust(plan: LoadPlan, *, ends_by: float = math.inf) -> LoadRun:
        return swarm.swarm(plan, count, bind=at, ends_by=ends_by)

    return of_locust if by_locust else by_processes


def _address(option: str, text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise ConfigurationError(f"{option} {error}") from None


def _show(run: LoadRun, verdicts: Sequence[Verdict], *, as_json: bool) -> None:
    if as_json:
        click.echo(load_json.encode(run, verdicts))
        return
    for line in (*load_summary.summary(run), *load_summary.verdicts(verdicts)):
        click.echo(line)


def _search(
    plan: LoadPlan, drive: Drive, objectives: Sequence[Objective], text: str, budget: float
) -> int:
    until = time.monotonic() + budget

    def offer(rate: float, times: float) -> LoadRun:
        schedule = constant(rate, plan.seconds * times, poisson=True)
        return drive(replace(plan, arrivals=schedule), ends_by=until + GRACE)

    click.echo(f"Poisson arrivals of {plan.seconds:g} s a rate, seed {plan.seed}", err=True)
    found = limit.find_limit(
        offer,
        objectives,
        budget=budget,
        usual=plan.seconds,
        on_trial=lambda trial: click.echo(load_summary.trial(trial), file=sys.stderr),
    )
    click.echo(load_summary.limit(found, text))
    if found.bracket.held is not None:
        return STATUS[Ruling.PASS]
    failed = any(trial.ruling is Ruling.FAIL for trial in found.trials)
    return STATUS[Ruling.FAIL if failed else Ruling.INCONCLUSIVE]
