"""`windtunnel up`: start the stack and keep it up, with a live dashboard to break it from."""

import click

from windtunnel.commands.duration import FiniteRange
from windtunnel.commands.masking import masking
from windtunnel.commands.session_options import StackOptions, stack_options
from windtunnel.dashboard.assembly import listen, serve
from windtunnel.dashboard.state import RunFacts, facts
from windtunnel.dashboard.traffic import MOST, checked_rate


@click.command()
@stack_options
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8888,
    show_default=True,
    help="The dashboard's port; 0 takes a free one.",
)
@click.option(
    "--load",
    type=FiniteRange(0),
    default=20.0,
    show_default=True,
    metavar="RATE",
    help=f"Requests a second of background traffic, 0 to {MOST:g}.",
)
@click.option("--no-load", is_flag=True, help="No background traffic until the page starts it.")
def up(
    *,
    chosen: StackOptions,
    port: int,
    load: float,
    no_load: bool,
) -> None:
    """Start the stack and its dashboard; Ctrl-C stops all.

    Faults are then injected and healed on the page, or with `windtunnel inject` and `heal`.
    """
    rate = 0.0 if no_load else checked_rate(load)
    session = chosen.session()
    with listen(port) as listener:
        click.echo(f"starting the stack on {session.choice.name} ({session.choice.reason}) …")
        try:
            stack = session.stack("up", chosen.environment, lambda verdict: None)
            try:
                _ = stack.default_target
                stack.wait_for_control_period()
                run = facts(stack, session.choice)
                address = f"http://127.0.0.1:{listener.getsockname()[1]}"
                serve(
                    stack,
                    run,
                    listener,
                    rate=rate,
                    masking=masking(),
                    ready=lambda: _say(run, address),
                )
                click.echo("stopping …")
            finally:
                stack.close()
        finally:
            session.close()
    click.echo("stopped; nothing is left running")


def _say(run: RunFacts, dashboard: str) -> None:
    rows = [("dashboard", dashboard), ("target", run.target)]
    rows += [(f"{name}'s tap", each.tap) for name, each in run.dependencies.items()]
    rows += [("logs", run.logs), ("seed", str(run.seed))]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        click.echo(f"  {name:<{width}}  {value}")
    for line in run.description:
        click.echo(f"  {line}")
    click.echo("ready; Ctrl-C stops everything")
