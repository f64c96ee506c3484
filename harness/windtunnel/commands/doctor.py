"""`windtunnel doctor`: check each part of the stack, and say what to mend."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import click

from windtunnel.commands.masking import cleaned, learn_configuration
from windtunnel.commands.session_options import BACKEND, CONFIG, SETTING
from windtunnel.configuration import resolve
from windtunnel.doctor import Check, Condition, examine
from windtunnel.errors import WindtunnelError


@click.command()
@CONFIG
@SETTING
@BACKEND
@click.option("--json", "as_json", is_flag=True, help="The checks as JSON, once all are done.")
def doctor(
    *, config: Path | None, settings: tuple[str, ...], backend: str | None, as_json: bool
) -> int:
    """Check configuration, programs, ports, target, endpoints, and that faults can strike.

    The stack is started and each dependency's endpoint asked: what counts is that its calls come
    through the proxy. Exit status 1 where anything has to be mended; warnings change nothing.
    """
    with suppress(WindtunnelError):  # the first check says what is wrong
        learn_configuration(resolve(Path.cwd(), config, options=settings).configuration)
    found: list[Check] = []
    for check in examine(Path.cwd(), config, backend, settings):
        found.append(check)
        if not as_json:
            _say(check)
    failed, warned = _count(found, Condition.FAIL), _count(found, Condition.WARN)
    if as_json:
        checks = cleaned([asdict(check) for check in found])
        click.echo(json.dumps({"failed": failed, "warned": warned, "checks": checks}, indent=2))
    elif failed:
        click.echo(f"{failed} to mend, {warned} to look at")
    else:
        click.echo(f"all is well, {warned} to look at" if warned else "all is well")
    return int(failed > 0)


def _say(check: Check) -> None:
    colours = {
        Condition.OK: "green",
        Condition.NOTE: "cyan",
        Condition.WARN: "yellow",
        Condition.FAIL: "red",
    }
    mark = click.style(f"{check.condition:<4}", fg=colours[check.condition])
    first, *more = check.found.splitlines()
    click.echo(f"{mark}  {check.name}: {first}")
    lines = [
        *more,
        *(f"→ {line}" if n == 0 else line for n, line in enumerate(check.remedy.splitlines())),
    ]
    for line in lines:
        click.echo(f"      {line}")


def _count(checks: Iterable[Check], condition: Condition) -> int:
    return sum(check.condition is condition for check in checks)
