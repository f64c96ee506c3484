"""`windtunnel heal`: undo faults in the stack that is up."""

from typing import Any

import click

from windtunnel.dashboard.client import connect
from windtunnel.errors import ConfigurationError, suggestion


@click.command()
@click.argument("fault", required=False)
@click.option("--all", "everything", is_flag=True, help="Heal every fault in force.")
@click.option("--port", type=int, help="The dashboard's port, where several stacks are up.")
def heal(*, fault: str | None, everything: bool, port: int | None) -> None:
    """Undo FAULT, a number or a name such as Outage; each says whether it touched traffic."""
    if (fault is None) != everything:
        raise ConfigurationError("heal: expected either a fault's number or name, or --all")
    client = connect(port)
    active: list[dict[str, Any]] = client.state()["state"]["faults"]
    chosen = active if fault is None else _chosen(active, fault)
    for each in reversed(chosen):
        click.echo(f"healed {each['fault']}. {client.heal(each['number'])}")
    if not chosen:
        click.echo("no fault is in force")


def _chosen(active: list[dict[str, Any]], fault: str) -> list[dict[str, Any]]:
    plain = fault.replace("-", "").casefold()
    found = [each for each in active if plain in {str(each["number"]), each["kind"].casefold()}]
    if not found:
        names = {each["kind"] for each in active}
        hint = suggestion(fault, names) if names else "; none is"
        raise ConfigurationError(f"no fault {fault!r} is in force{hint}")
    return found
