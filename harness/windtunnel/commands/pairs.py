"""Settings on the command line: NAME=VALUE, as often as wanted."""

from collections.abc import Iterable

from windtunnel.errors import ConfigurationError


def pairs(given: Iterable[str], said: str = "{!r}") -> dict[str, str]:
    """Return the values by name; ConfigurationError names a text that is no pair, as `said` says.

    `said` is the place, with braces for the text: "--env {}".
    """
    found = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise ConfigurationError(f"{said.format(pair)}: expected NAME=VALUE")
        found[name] = value
    return found
