"""The options by which every command that starts a stack says which, and the session they make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from windtunnel.commands.masking import learn_configuration, learnt
from windtunnel.commands.pairs import pairs
from windtunnel.commands.verbose import VERBOSE
from windtunnel.errors import ConfigurationError
from windtunnel.session import Session

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _pairs(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    try:
        found = pairs(values)
    except ConfigurationError as error:
        raise click.BadParameter(str(error)) from None
    learnt(context).learn(found)
    return found


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
OWNED: Decorator = click.option(
    "--i-own-this-host",
    "owned",
    multiple=True,
    metavar="HOST",
    help="Needed for each host that is named and is not this machine; may be repeated.",
)
SEED: Decorator = click.option(
    "--seed",
    type=click.IntRange(0),
    metavar="N",
    help="Replay the random decisions of the run that printed this seed.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """The values of all these options."""

    backend: str | None
    config: Path | None
    settings: tuple[str, ...]
    environment: Mapping[str, str]
    seed: int | None
    owned: tuple[str, ...] = ()

    def session(self) -> Session:
        """Return a session of the project in this folder, which has started nothing yet.

        NotConfigured where the project has no configuration.
        """
        session = Session(
            directory=Path.cwd(),
            configuration=self.config,
            backend=self.backend,
            seed=self.seed,
            settings=self.settings,
            owned=self.owned,
        )
        learn_configuration(session.configuration)
        session.secrets_learnt = learnt().learn_values
        return session


def stack_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command with all these options, whose values it gets together as `chosen`."""

    @wraps(command)
    def gathered(
        *,
        backend: str | None,
        config: Path | None,
        settings: tuple[str, ...],
        environment: dict[str, str],
        seed: int | None,
        owned: tuple[str, ...],
        **others: object,
    ) -> object:
        chosen = StackOptions(
            backend=backend,
            config=config,
            settings=settings,
            environment=environment,
            seed=seed,
            owned=owned,
        )
        return command(chosen=chosen, **others)

    decorated: Callable[..., Any] = gathered
    for option in (VERBOSE, SEED, OWNED, ENVIRONMENT, SETTING, CONFIG, BACKEND):
        decorated = option(decorated)
    return decorated
