"""The option by which a command shows what it starts, injects, heals and waits for."""

import logging
from collections.abc import Callable
from typing import Any

import click

LOGGER = "windtunnel"


def _show(context: click.Context, parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's own call
    """Show the messages on standard error until the command ends."""
    if not value or context.resilient_parsing:
        return
    logger, handler = logging.getLogger(LOGGER), logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    def hide() -> None:
        logger.removeHandler(handler)
        logger.setLevel(level)

    context.call_on_close(hide)


VERBOSE: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_show,
    help="Show what is started, injected, healed and waited for.",
)
