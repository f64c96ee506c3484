"""Settings from environment variables and options: which setting each means, and its value."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from windtunnel.configuration.models import Configuration
from windtunnel.configuration.positions import Place
from windtunnel.errors import ConfigurationError, did_you_mean, nearest, suggestion
from windtunnel.run_identity import RUN_VARIABLES

PREFIX = "WINDTUNNEL_"
_OTHERS = ("BASE_IMAGE", "CI_CACHE", "CI_REQUIRE_ALL", "CLIENTS_CACHE", "CONSTRAINTS")
OTHERS = RUN_VARIABLES | {PREFIX + other for other in (*_OTHERS, "PROXY_TOKEN", "TOXIPROXY")}
"""Variables of windtunnel's own that are no settings."""


@dataclass(frozen=True, slots=True)
class Override:
    """One setting given elsewhere than in the file."""

    place: Place
    value: object
    origin: str
    """Such as "environment variable WINDTUNNEL_PROFILE", or the option."""


def variable_of(place: Place) -> str:
    """Return the environment variable that sets what is at a place."""
    return PREFIX + "__".join(str(part).upper().replace("-", "_") for part in place)


def from_environment(
    table: Mapping[str, Any], environment: Mapping[str, str]
) -> Iterator[Override]:
    """Yield the settings in the environment; ConfigurationError for a near miss of one.

    `table` names the dependencies and files that there are.
    """
    known = {variable_of(place): (place, kind) for place, kind in settings(table)}
    for name, text in sorted(environment.items()):
        if name in known:
            place, kind = known[name]
            yield Override(place, typed(text, kind), f"environment variable {name}")
        elif name.startswith(PREFIX) and name not in OTHERS:
            # Without what all have in common: to be near, the rest must be.
            own = [each.removeprefix(PREFIX) for each in known]
            if near := nearest(name.removeprefix(PREFIX), own, likeness=0.8):
                raise ConfigurationError(
                    f"environment variable {name}: no such setting{did_you_mean(PREFIX + near)}"
                )


def ignored(table: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables named as windtunnel's are that mean nothing to it."""
    known = {variable_of(place) for place, _ in settings(table)}
    known |= OTHERS
    return tuple(sorted(n for n in environment if n.startswith(PREFIX) and n not in known))


def from_options(table: Mapping[str, Any], texts: Sequence[str], option: str) -> Iterator[Override]:
    """Yield the settings in options such as "criteria.error_rate=0.01"; ConfigurationError."""
    known = {".".join(map(str, place)): (place, kind) for place, kind in settings(table)}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise ConfigurationError(f"{option}={text}: expected KEY=value")
        if key not in known:
            raise ConfigurationError(f"{option}={text}: no setting {key!r}{suggestion(key, known)}")
        place, kind = known[key]
        yield Override(place, typed(value, kind), f"{option}={text}")


def settings(table: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    """Yield the place and type of each setting that is one value or a list of words."""
    yield from _settings(Configuration, table, ())


def _settings(model: type[BaseModel], table: Any, place: Place) -> Iterator[tuple[Place, Any]]:  # noqa: ANN401 - TOML
    for attribute, field in model.model_fields.items():
        name, kind = field.alias or attribute, _table_of(field.annotation)
        inner = table.get(name) if isinstance(table, Mapping) else None
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _settings(kind, inner, (*place, name))
        elif get_origin(kind) is Mapping:
            entry = get_args(kind)[1]
            if isinstance(entry, type) and issubclass(entry, BaseModel):
                entries = inner.items() if isinstance(inner, Mapping) else ()
                for key, value in entries:
                    yield from _settings(entry, value, (*place, name, key))
        else:
            yield (*place, name), kind


def _table_of(kind: Any) -> Any:  # noqa: ANN401 - any annotation
    """Return the model of a table that may be missing; any other type as it is."""
    kinds = [each for each in get_args(kind) if each is not NoneType]
    return kinds[0] if len(kinds) == 1 and NoneType in get_args(kind) else kind


def typed(text: str, kind: Any) -> object:  # noqa: ANN401 - any annotation
    """Return a text as the type of its setting, or as it is where it is none of that type."""
    try:
        if get_origin(kind) is tuple:
            return shlex.split(text)
        if kind is Any:
            return json.loads(text)
        return kind(text) if kind in {int, float} else text
    except (ValueError, RecursionError):
        return text
