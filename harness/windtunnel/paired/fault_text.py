"""Reads a fault as a person types it: "latency catalog seconds=0.1"."""

import shlex

from windtunnel.errors import ConfigurationError
from windtunnel.fault_kinds import build
from windtunnel_faults import Fault


def parse(text: str) -> Fault:
    """Return the fault that a text names; ConfigurationError with what was expected.

    First the kind, then the dependency, then its settings as name=value; quotes as in a shell.
    """
    try:
        name, dependency, values = _split(text)
        return build(name, dependency, values)
    except ConfigurationError as error:
        raise ConfigurationError(f"fault {text!r}: {error}") from None


def _split(text: str) -> tuple[str, str, dict[str, str]]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ConfigurationError(
            f"cannot be split into words ({error}); expected one such as"
            " 'latency catalog seconds=0.1'"
        ) from None
    if len(words) < 2 or "=" in words[1]:
        raise ConfigurationError(
            "expected a kind of fault and a dependency, as in 'latency catalog seconds=0.1'"
        )
    values = {}
    for word in words[2:]:
        setting, equals, value = word.partition("=")
        if not equals:
            raise ConfigurationError(f"{word!r}: expected NAME=VALUE")
        values[setting] = value
    return words[0], words[1], values
