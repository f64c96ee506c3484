"""`windtunnel status`: the stack that is up, in a few lines or as JSON."""

from typing import Any

import click
import msgspec

from windtunnel.commands.masking import cleaned
from windtunnel.dashboard.client import connect


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Everything that the page shows, as JSON.")
@click.option("--port", type=int, help="The dashboard's port, where several stacks are up.")
def status(*, as_json: bool, port: int | None) -> None:
    """Show the addresses, the faults in force, and each dependency's breaker and traffic."""
    found = cleaned(connect(port).state())
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    run, state = found["run"], found["state"]
    click.echo(f"target {run['target']} on {run['backend']}, seed {run['seed']}")
    for line in (*_faults(state), *_dependencies(state)):
        click.echo(line)
    if state["figures"]["silence"]:
        click.echo(f"the target says nothing of itself: {state['figures']['silence']}")


def _faults(state: dict[str, Any]) -> list[str]:
    words = {True: "has touched traffic", False: "has touched no traffic yet"}
    return [
        f"fault {each['number']}: {each['fault']}, {each['remaining']:.0f} s left,"
        f" {words.get(each['touched'], 'not known yet whether it touched traffic')}"
        for each in state["faults"]
    ] or ["no fault is in force"]


def _dependencies(state: dict[str, Any]) -> list[str]:
    lines = []
    for name, each in state["figures"]["dependencies"].items():
        breaker, wire = each["breaker"], each["wire"]
        says = breaker["state"].replace("_", "-") if breaker else "not reported"
        lines.append(
            f"{name}: breaker {says} (target);"
            f" in the last look {wire['answered']} calls answered, {wire['failed']} failed (wire)"
        )
    return lines
