"""`windtunnel breaking-point`: the strength of a fault at which a service stops holding."""

from pathlib import Path

import click

from windtunnel.breaking_point import BreakingPoint, Search, StrengthTrial, read, under_load
from windtunnel.breaking_point.json_file import encode
from windtunnel.commands.duration import SECONDS, FiniteRange
from windtunnel.commands.exit_status import STATUS
from windtunnel.commands.masking import cleaned, write_text
from windtunnel.commands.pairs import pairs
from windtunnel.commands.session_options import StackOptions, stack_options
from windtunnel.configuration import topology
from windtunnel.criteria import Ruling
from windtunnel.criteria.objective import parse
from windtunnel.errors import ConfigurationError, suggestion
from windtunnel.reports.files import check_writable

PATH = click.Path(path_type=Path)


@click.command("breaking-point")
@click.argument("fault")
@click.argument("dependency")
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...")
@click.option(
    "--criterion", required=True, metavar="OBJECTIVES", help='Such as "p99<50ms and errors<1%".'
)
@click.option(
    "--rate",
    type=FiniteRange(0, min_open=True),
    default=100.0,
    show_default=True,
    help="Requests a second, Poisson.",
)
@click.option("--endpoint", help="What is asked; unless said, what calls the dependency.")
@click.option(
    "--duration", type=SECONDS, help="Of each look; unless said, as long as OBJECTIVES need."
)
@click.option(
    "--resolution",
    type=FiniteRange(0, 1, min_open=True),
    default=0.1,
    show_default=True,
    help="End once the gap is below this share of what held.",
)
@click.option(
    "--budget",
    type=SECONDS,
    default="5m",
    show_default=True,
    help="End after this time and the look under way.",
)
@click.option(
    "--expect",
    metavar="VALUE",
    type=FiniteRange(),
    help="Fail where it does not hold to this value.",
)
@stack_options
@click.option("--json", "json_path", metavar="FILE", type=PATH, help="Write what was found.")
def breaking_point(
    *,
    fault: str,
    dependency: str,
    parameters: tuple[str, ...],
    criterion: str,
    rate: float,
    endpoint: str | None,
    duration: float | None,
    resolution: float,
    budget: float,
    expect: float | None,
    chosen: StackOptions,
    json_path: Path | None,
) -> int:
    """Find how much of FAULT at DEPENDENCY the service bears while the criterion holds.

    One setting is varied from mild to hard: that whose value is a range, as in seconds=0.01..1, or
    the fault's main one. Each strength meets a fresh service, and the answer holds at 99 %
    confidence. Exit status 1 where the criterion fails even without the fault, or, with --expect,
    before that value; 3 where that was left open.

    For example: windtunnel breaking-point latency catalog --criterion "p99<250ms" --env CACHE_TTL=0
    """
    strength = read(fault, dependency, pairs(parameters, "setting {!r}"))
    parse(criterion)
    if expect is not None and not expect > 0:
        raise ConfigurationError(f"--expect {expect:g}: expected a value above zero")
    if json_path is not None:
        check_writable(json_path, f"--json {json_path}")
    session = chosen.session()

    def show(trial: StrengthTrial) -> None:
        where = strength.show(trial.level) if trial.level else "no fault"
        is_open = trial.ruling is Ruling.INCONCLUSIVE
        values = " ".join(
            verdict.statement if is_open else verdict.brief for verdict in trial.verdicts
        )
        click.echo(f"  {where:>12}  {trial.ruling:<12}  {values}", err=True)

    lowest, highest = strength.levels
    search = Search(
        lowest, highest, resolution=resolution, budget=budget, show=strength.show, on_trial=show
    )
    known = topology.callees(session.configuration)
    if dependency not in known:
        raise ConfigurationError(
            f"no dependency is named {dependency!r}{suggestion(dependency, known)}"
        )
    try:
        stack = session.stack("breaking-point", chosen.environment, lambda verdict: None)
        asked = endpoint or stack.endpoint_of(dependency)
        click.echo(
            f"{strength.kind} at {dependency}, {strength.show(lowest)} to {strength.show(highest)},"
            f" {asked} at {rate:g} requests/s; backend {session.choice.name}, seed {session.seed}",
            err=True,
        )
        try:
            found = under_load(
                stack,
                strength.fault,
                search,
                criterion,
                rate=rate,
                requests=[asked],
                duration=duration,
            )
        finally:
            stack.close()
    finally:
        session.close()
    click.echo(f'"{criterion}" {found} ({strength.kind} at {dependency}, at 99% confidence)')
    if found.needs:
        click.echo(f"To decide more it needs {found.needs}.")
    if json_path is not None:
        found_text = encode(cleaned(found), strength, criterion, session.seed)
        write_text(json_path, found_text, "--json")
    return exit_status(found, None if expect is None else strength.level(expect))


def exit_status(found: BreakingPoint, expected: float | None) -> int:
    """Return 0 where it holds as far as expected, 1 where it fails before, 3 where it is open."""
    return STATUS[_ruling(found, expected)]


def _ruling(found: BreakingPoint, expected: float | None) -> Ruling:
    if not found.held_without:
        failed = bool(found.trials) and found.trials[0].ruling is Ruling.FAIL
        return Ruling.FAIL if failed else Ruling.INCONCLUSIVE
    if expected is None or (found.held is not None and found.held >= expected):
        return Ruling.PASS
    return Ruling.FAIL if found.failed_before(expected) else Ruling.INCONCLUSIVE
