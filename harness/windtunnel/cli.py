"""The `windtunnel` command: finds the subcommand, and turns errors into one clear message."""

import importlib
import sys
from collections.abc import Sequence

import click

from windtunnel import __version__
from windtunnel.errors import WindtunnelError

COMMANDS = {
    "breaker": "windtunnel.commands.breaker",
    "breaking-point": "windtunnel.commands.breaking_point",
    "clean": "windtunnel.commands.clean",
    "compare": "windtunnel.commands.compare",
    "config": "windtunnel.commands.config",
    "doctor": "windtunnel.commands.doctor",
    "heal": "windtunnel.commands.heal",
    "history": "windtunnel.commands.history",
    "init": "windtunnel.commands.init",
    "inject": "windtunnel.commands.inject",
    "load": "windtunnel.commands.load",
    "proxy": "windtunnel.commands.proxy",
    "status": "windtunnel.commands.status",
    "up": "windtunnel.commands.up",
}
"""Each subcommand's name, which is also its function's apart from the dash, and its module."""


class _Commands(click.Group):
    """Loads a subcommand only when it is named: some take long to import."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the subcommands' names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a subcommand, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name])
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the named subcommand; one that there is not gets a suggestion."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand:
            # Raised from the loaded subcommands alone, of which there are none.
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx) from None


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="windtunnel %(version)s")
def windtunnel() -> None:
    """Fault injection for pytest. Scenarios run with pytest; see the README."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 1 where it failed, 2 on wrong arguments."""
    return as_program(windtunnel, "windtunnel", arguments)


def as_program(command: click.Command, name: str, arguments: Sequence[str] | None = None) -> int:
    """Run a click command as a program: each expected failure is one message and a status."""
    try:
        status = command.main(
            None if arguments is None else list(arguments), prog_name=name, standalone_mode=False
        )
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(sys.stdout)
        return 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except WindtunnelError as error:
        click.echo(f"{name.removesuffix('.py')}: {error}", err=True)
        return 1
    return status if isinstance(status, int) else 0
