"""The options by which every command that starts a stack says which, each with one meaning."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from harness.commands.pairs import pairs
from harness.errors import ConfigurationError

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _pairs(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    try:
        return pairs(values)
    except ConfigurationError as error:
        raise click.BadParameter(str(error)) from None


CONFIG: Decorator = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A TOML file with the service under test, instead of the project's own.",
)
SETTING: Decorator = click.option(
    "--setting",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting instead of the configured one, such as criteria.error_rate=0.01.",
)
BACKEND: Decorator = click.option(
    "--backend",
    metavar="NAME",
    help="Where the stack runs: embedded, local, docker or auto; otherwise as configured.",
)
ENVIRONMENT: Decorator = click.option(
    "--env",
    "environment",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_pairs,
    help="A variable of the target's environment; may be repeated.",
)
SEED: Decorator = click.option(
    "--seed",
    type=click.IntRange(0),
    metavar="N",
    help="Replay the random decisions of the run that printed this seed.",
)
