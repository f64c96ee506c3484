"""The `windtunnel` command."""

import argparse
import sys
from collections.abc import Sequence

from harness import __version__
from harness.errors import WindtunnelError, suggestion
from harness.leftovers import sweep

COMMANDS = ("clean",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; exit status 0, 1 where it failed, 2 where the arguments are wrong."""
    parser = _parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and not given[0].startswith("-") and given[0] not in COMMANDS:
        near = suggestion(given[0], COMMANDS)
        sys.stderr.write(f"windtunnel: no command is named {given[0]!r}{near}\n")
        return 2
    parsed = parser.parse_args(given)
    if parsed.command is None:
        parser.print_help()
        return 0
    try:
        return _clean(remove=not parsed.dry_run)
    except WindtunnelError as error:
        sys.stderr.write(f"windtunnel: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="windtunnel",
        description="Fault injection for pytest. Scenarios run with pytest; see the README.",
    )
    parser.add_argument("--version", action="version", version=f"windtunnel {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    clean = commands.add_parser(
        "clean",
        help="remove what killed runs left behind, and only that",
        description="Remove processes, folders, containers and networks of runs that no longer"
        " have a keeper. Live runs are left alone.",
    )
    clean.add_argument("--dry-run", action="store_true", help="say what would go, remove nothing")
    return parser


def _clean(*, remove: bool) -> int:
    swept = sweep(remove=remove)
    verb = "removed" if remove else "would remove"
    for leftover in swept.leftovers:
        sys.stdout.write(f"{verb} {leftover.kind} {leftover.name} (run {leftover.run})\n")
    if not swept.leftovers:
        sys.stdout.write("nothing was left behind\n")
    for note in swept.notes:
        sys.stdout.write(f"{note}\n")
    return 0
