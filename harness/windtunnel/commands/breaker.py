"""`windtunnel breaker`: test a service's circuit breaker from outside."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from windtunnel.commands.claim_options import claim_options
from windtunnel.commands.exit_status import STATUS
from windtunnel.commands.masking import cleaned, write_text
from windtunnel.commands.session_options import StackOptions, stack_options
from windtunnel.conformance.claims import DEADLINE, Claims
from windtunnel.conformance.conformance_report import PropertyResult
from windtunnel.conformance.failures import FAILURES
from windtunnel.conformance.library_profiles import PROFILES, profile_of
from windtunnel.conformance.properties import PROPERTIES
from windtunnel.conformance.rendering import json_file, svg, table
from windtunnel.conformance.run_plan import RunPlan, RunProgress
from windtunnel.conformance.runner import Runner, choose
from windtunnel.criteria import Ruling, Verdict
from windtunnel.reports.files import check_writable
from windtunnel.stack import Stack

PATH = click.Path(path_type=Path)
COLOURS = {Ruling.PASS: "green", Ruling.FAIL: "red", Ruling.INCONCLUSIVE: "yellow"}


@click.command()
@click.option("--dependency", metavar="NAME", help="Whose breaker; the first, unless said.")
@click.option("--endpoint", metavar="PATH", default="", help="What calls it; as configured.")
@stack_options
@claim_options
@click.option("--only", metavar="PROPERTY", multiple=True, help="Test this; may be repeated.")
@click.option("--without", metavar="PROPERTY", multiple=True, help="Leave this one out.")
@click.option("--failures", metavar="KIND", multiple=True, help="Fail so; may be repeated.")
@click.option(
    "--deadline", default=DEADLINE, show_default=True, help="Seconds of the longest wait."
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 8),
    default=3,
    show_default=True,
    help="Stacks that work side by side.",
)
@click.option("--json", "json_path", metavar="FILE", type=PATH, help="Write the report.")
@click.option("--svg", "svg_path", metavar="FILE", type=PATH, help="Draw the timelines.")
@click.option("--timeline", is_flag=True, help="Show each property's timeline, not only a FAIL's.")
@click.option("--list", "listing", is_flag=True, help="List the properties with their sources.")
def breaker(
    *,
    dependency: str | None,
    endpoint: str,
    chosen: StackOptions,
    claims: Claims,
    like: str,
    only: tuple[str, ...],
    without: tuple[str, ...],
    failures: tuple[str, ...],
    deadline: float,
    jobs: int,
    json_path: Path | None,
    svg_path: Path | None,
    timeline: bool,
    listing: bool,
) -> int:
    """Test a service's circuit breaker from outside, by what reaches its dependency.

    What is claimed of it, by options or by a library's name (--like), is judged from both sides;
    what is not is measured and reported. Exits with 0 where nothing failed and
    something passed, 1 where a property failed or nothing could be driven, 3 where all was
    inconclusive.
    """
    if listing:
        for line in table.listing(PROPERTIES, FAILURES, PROFILES.values()):
            click.echo(line)
        return 0
    kinds = failures or (profile_of(like).failures if like else ())
    order = choose(only, without, kinds)
    for option, path in (("--json", json_path), ("--svg", svg_path)):
        if path is not None:
            check_writable(path, f"{option} {path}")

    output = _Output(timeline=timeline)

    @contextmanager
    def opened(seed: int | None) -> Iterator[Stack]:
        session = replace(chosen, seed=seed).session()
        variables = chosen.environment
        with closing(session), closing(session.stack("breaker", variables, _ignore)) as stack:
            yield stack

    with opened(chosen.seed) as stack:
        # A port that the configuration names can be had once.
        named = (each.listen for each in stack.configuration.dependencies.values())
        once = stack.configuration.port or any(named) or _prepares_what_runs_on(stack)
        jobs = 1 if once else jobs
        runner = Runner(
            stack,
            dependency or stack.dependencies[0],
            claims=claims,
            endpoint=endpoint,
            deadline=deadline,
            beside=[partial(opened, stack.seed)] * (jobs - 1),
        )
        click.echo(f"{runner}, backend {stack.backend.name}, seed {stack.seed}, jobs {jobs}")
        report = runner.run(order, output.show, output.announce)
    for line in table.summary(report):
        click.echo(line)
    if json_path is not None:
        write_text(json_path, json_file.text(cleaned(report)), "--json")
    if svg_path is not None:
        write_text(svg_path, svg.draw(cleaned(report)), "--svg")
    return STATUS[report.ruling]


def _prepares_what_runs_on(stack: Stack) -> bool:
    """Whether a server that all stacks would share is emptied or prepared for each of them."""
    settings = stack.configuration
    prepares = any(settings.prepare.steps.values())
    dependencies = settings.dependencies.values()
    return any(each.upstream and (each.is_fresh or prepares) for each in dependencies)


class _Output:
    """Says what is planned, what was found, and how much time is left."""

    def __init__(self, *, timeline: bool) -> None:
        self._timeline = timeline
        self._progress = RunProgress()

    def announce(self, plan: RunPlan) -> None:
        self._progress.begin(plan)
        click.echo(f"{plan}")

    def show(self, result: PropertyResult) -> None:
        ruling = result.verdict.ruling
        click.echo(click.style(f"{ruling:<13}", fg=COLOURS[ruling]) + result.title)
        for line in table.details(result, timeline=self._timeline):
            click.echo(f"{'':13}{line}")
        if left := self._progress.after_one():
            click.echo(left, err=True)


def _ignore(verdict: Verdict) -> None:
    """Take a verdict of a fault's effect: the report holds those that count here."""
