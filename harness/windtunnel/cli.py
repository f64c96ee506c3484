"""The `windtunnel` command: finds the subcommand, and turns errors into one clear message."""

import importlib
import io
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from windtunnel import __version__
from windtunnel.errors import LONGEST, NotTestable, WindtunnelError, shortened
from windtunnel.outgoing.clean_stream import (
    LearntMasking,
    UnwrittenError,
    clean_output,
    discard_unwritten,
    of_environment,
)
from windtunnel.supported_system import check_system

COMMANDS = {
    "breaker": "Test a service's circuit breaker from outside, by what reaches its dependency.",
    "breaking-point": "Find how much of FAULT at DEPENDENCY the service bears while the"
    " criterion holds.",
    "clean": "Remove what killed runs left behind, and only that.",
    "compare": "Compare the revision BASE with HEAD, or with the working tree where HEAD is"
    " not given.",
    "config": "Show each setting's value, and the line, variable or option that it comes from.",
    "docs": "Print PAGE of the documentation, or the names of all pages.",
    "doctor": "Check configuration, programs, ports, target, endpoints, and that faults can"
    " strike.",
    "heal": "Undo FAULT, a number or a name such as Outage; each says whether it touched traffic.",
    "history": "Print the runs kept in PLACE, and mark where a figure changed its level.",
    "init": "Write windtunnel.toml from what the project in this folder shows.",
    "inject": "Bring FAULT about at DEPENDENCY in the stack that `windtunnel up` started.",
    "load": "Load URL for a bounded time, and say what it bore.",
    "proxy": "Run the fault proxy alone.",
    "status": "Show the addresses, the faults in force, and each dependency's breaker and traffic.",
    "up": "Start the stack and its dashboard; Ctrl-C stops all.",
}
"""Each subcommand, and the first sentence of its help: `windtunnel --help` loads none of them."""

ANYWHERE = frozenset({"config", "docs", "history", "init"})
"""Subcommands that start nothing, so that any system will do."""
INCONCLUSIVE = 3
"""The exit status of commands that could not decide (windtunnel.commands.exit_status)."""


def command_named(name: str) -> click.Command:
    """Return a subcommand, loaded now: its module and function have its name, dashes aside."""
    function = name.replace("-", "_")
    module = importlib.import_module(f"windtunnel.commands.{function}")
    command: click.Command = getattr(module, function)
    return command


class _Commands(click.Group):
    """Loads a subcommand only when it is named: some take long to import."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the subcommands' names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a subcommand, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in ANYWHERE:
            check_system(f"windtunnel {cmd_name}")
        return command_named(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the subcommands without loading them, each shortened as click does it."""
        limit = formatter.width - 6 - max(map(len, COMMANDS))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, click.Command(name, help=text).get_short_help_str(limit))
                    for name, text in COMMANDS.items()
                ]
            )

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
@click.option("--mask", multiple=True, metavar="NAME", help="Mask the value of this too.")
@click.option("--show-secrets", is_flag=True, help="Mask nothing: print secrets as they are.")
@click.pass_context
def windtunnel(context: click.Context, *, mask: tuple[str, ...], show_secrets: bool) -> None:
    """Fault injection for pytest. Scenarios run with pytest; see the README."""
    context.ensure_object(LearntMasking).change(mask, shows_all=show_secrets)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    1 where it failed, 2 on wrong arguments, 3 where nothing could be decided.
    """
    return as_program(windtunnel, "windtunnel", arguments)


def as_program(command: click.Command, name: str, arguments: Sequence[str] | None = None) -> int:
    """Run a click command as a program: each expected failure is one message and a status.

    What it prints leaves without secrets and control characters.
    """
    _write_anything()
    learnt = LearntMasking(of_environment())
    with clean_output(learnt):
        try:
            status = _status(command, name, arguments, learnt)
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
        except UnwrittenError as error:
            discard_unwritten()
            return _lost(name, f"what was to be printed is lost: {error}")
        except (OSError, BaseExceptionGroup) as error:
            if (refused := _first(error)) is None:
                raise
            return _lost(name, _reason(refused))
    return status


def _first(error: BaseException) -> OSError | None:
    """Return the system's error where an exception is nothing else."""
    if isinstance(error, BaseExceptionGroup):
        found = [_first(each) for each in error.exceptions]
        return found[0] if all(found) else None
    return error if isinstance(error, OSError) else None


def _lost(name: str, said: str) -> int:
    """Say in one message what the system refuses, as far as that can be said; return 1."""
    with suppress(UnwrittenError):
        click.echo(shortened(f"{name.removesuffix('.py')}: {said}", LONGEST - 1), err=True)
    return 1


def _reason(error: OSError) -> str:
    try:
        Path.cwd()
    except OSError:
        return "the working directory is gone: expected one that exists"
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error or type(error).__name__}"


def _status(
    command: click.Command, name: str, arguments: Sequence[str] | None, learnt: LearntMasking
) -> int:
    try:
        status = command.main(
            None if arguments is None else list(arguments),
            prog_name=name,
            standalone_mode=False,
            obj=learnt,
        )
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(sys.stdout)
        return 0
    except click.ClickException as error:
        _short(error).show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except NotTestable as error:
        said = f"INCONCLUSIVE: {error}. It needs {error.needs}."
        click.echo(f"{name.removesuffix('.py')}: {said}", err=True)
        return INCONCLUSIVE
    except WindtunnelError as error:
        click.echo(f"{name.removesuffix('.py')}: {error}", err=True)
        return 1
    return status if isinstance(status, int) else 0


def _write_anything() -> None:
    """Let what is printed hold bytes that are no text, such as of a file's name: escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _short(error: click.ClickException) -> click.ClickException:
    """Return an error whose text people will read, whatever they gave."""
    text = error.format_message()
    if len(text) <= LONGEST:
        return error
    said = shortened(text, LONGEST - 200)  # the usage stands before it
    if isinstance(error, click.UsageError):
        return click.UsageError(said, error.ctx)
    return click.ClickException(said)


if __name__ == "__main__":  # `python -m windtunnel.cli` did nothing, and said so to nobody
    sys.exit(main())
