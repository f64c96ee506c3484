"""`windtunnel inject`: bring a fault about in the stack that is up."""

import click

from windtunnel.commands.duration import FiniteRange
from windtunnel.commands.pairs import pairs
from windtunnel.dashboard.client import connect
from windtunnel.dashboard.state import LEASE
from windtunnel.fault_kinds import FaultKind, Parameter, build, kinds


def _listed(kind: FaultKind) -> str:
    parameters = [f"{each.name}={_shown(each)}" for each in kind.parameters]
    return f"  {kind.name:<16} {' '.join(parameters)}".rstrip() + f"\n      {kind.summary}"


def _shown(parameter: Parameter) -> str:
    if parameter.default is None:
        return parameter.type.upper()
    return parameter.default if parameter.default.isalnum() else repr(parameter.default)


class _Listing(click.Command):
    """Puts the faults there are, and their parameters, into the help."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the faults after the options."""
        formatter.write("\nFaults:\n" + "\n".join(map(_listed, kinds().values())) + "\n")


@click.command(cls=_Listing)
@click.argument("fault")
@click.argument("dependency")
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...")
@click.option(
    "--lease",
    type=FiniteRange(0, min_open=True),
    default=LEASE,
    show_default=True,
    help="Seconds after which it heals by itself.",
)
@click.option("--port", type=int, help="The dashboard's port, where several stacks are up.")
def inject(
    *, fault: str, dependency: str, parameters: tuple[str, ...], lease: float, port: int | None
) -> None:
    """Bring FAULT about at DEPENDENCY in the stack that `windtunnel up` started.

    For example: windtunnel inject Latency catalog seconds=0.2 --lease 30
    """
    values = pairs(parameters)
    build(fault, dependency, values)  # a mistake is reported even where nothing runs
    made = connect(port).inject(fault, dependency, values, lease)
    click.echo(
        f"{made['fault']} is in force as number {made['number']}, for {made['lease']:g} s;"
        f" heal it with `windtunnel heal {made['number']}`"
    )
