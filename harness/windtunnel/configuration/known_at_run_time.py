"""Settings that are known at run time only, such as the ports of what a test session starts."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from windtunnel.configuration.models import Configuration
from windtunnel.configuration.positions import Place
from windtunnel.errors import ConfigurationError, shown


@dataclass(frozen=True, slots=True)
class KnownAtRunTime:
    """What is laid over a project's file."""

    table: Mapping[str, Any]
    """As the file would have it; None in it removes what the file says."""
    origin: str
    """Who knows it, such as "fixture windtunnel_configuration"."""
    is_whole: bool = False
    """Whether it takes the file's place."""

    @classmethod
    def of(cls, given: object, origin: str) -> "KnownAtRunTime | None":
        """Return it of a Configuration, of settings, or of None; ConfigurationError otherwise."""
        if given is None:
            return None
        if isinstance(given, KnownAtRunTime):
            return given
        if isinstance(given, Configuration):
            table = given.model_dump(by_alias=True, exclude_defaults=True)
            return cls(table, origin, is_whole=True)
        if isinstance(given, Mapping):
            return cls(_copied(given), origin)
        raise ConfigurationError(
            f"{origin}: {shown(given)}: expected settings (a dict), a Configuration, or None"
        )

    def lay_over(self, table: dict[str, Any], origins: dict[Place, str]) -> None:
        """Put it into a table, and its origin to the places that it sets."""
        _lay_over(table, self.table, (), origins, self.origin)


def _copied(given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return copy.deepcopy(dict(given))
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"settings that cannot be copied: {error}") from None


def _lay_over(
    table: dict[str, Any],
    given: Mapping[str, Any],
    place: Place,
    origins: dict[Place, str],
    origin: str,
) -> None:
    for key, value in given.items():
        here = (*place, key)
        if isinstance(value, Mapping) and isinstance(table.get(key, {}), dict):
            origins.setdefault(here, origin)
            _lay_over(table.setdefault(key, {}), value, here, origins, origin)
            continue
        for known in [each for each in origins if each[: len(here)] == here]:
            del origins[known]
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value
            origins[here] = origin
