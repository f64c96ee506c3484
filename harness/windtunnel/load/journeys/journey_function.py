"""A user's function as a journey: what it takes, and how it is called."""

import inspect
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from inspect import Parameter

from windtunnel.errors import ConfigurationError, shown

Journey = Callable[..., object]
"""A function of an httpx client, sync or async. See `JourneyFunction`."""

NUMBER, RANDOM = "number", "random"
_EXPECTED = "expected a function of one client, and of `number` and `random` where it wants them"


@dataclass(frozen=True, slots=True)
class JourneyFunction:
    """A journey by its parameters: `number`, `random`, and a client under any other name.

    Parameters with a default are left alone unless they are named so.
    """

    function: Journey
    name: str
    is_async: bool
    parameters: tuple[Parameter, ...]
    """Those that it is given, in order."""

    @property
    def takes_client(self) -> bool:
        """Whether it sends requests to the target; else it works by its own means."""
        return any(each.name not in {NUMBER, RANDOM} for each in self.parameters)

    def called(self, client: object, number: int, chance: random.Random) -> object:
        """Return what the function returns: of an async one, something to await."""
        known: dict[str, object] = {NUMBER: number, RANDOM: chance}
        values = [(each, known.get(each.name, client)) for each in self.parameters]
        by_name = {each.name: v for each, v in values if each.kind is not Parameter.POSITIONAL_ONLY}
        first = [value for each, value in values if each.kind is Parameter.POSITIONAL_ONLY]
        return self.function(*first, **by_name)

    @classmethod
    def of(cls, function: Journey) -> "JourneyFunction":
        """Return a function as a journey; ConfigurationError where it cannot be one."""
        name = _name(function)
        is_plain = inspect.isroutine(_plain(function))
        called = function if is_plain else inspect.getattr_static(function, "__call__")
        if inspect.isgeneratorfunction(called) or inspect.isasyncgenfunction(called):
            raise ConfigurationError(f"journey {name}: it yields; {_EXPECTED}")
        try:
            known = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            raise ConfigurationError(f"journey {shown(function)}: {_EXPECTED}") from None
        given = tuple(
            each
            for each in known
            if each.kind not in {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}
            and (each.name in {NUMBER, RANDOM} or each.default is Parameter.empty)
        )
        clients = [each.name for each in given if each.name not in {NUMBER, RANDOM}]
        if len(clients) > 1:
            raise ConfigurationError(
                f"journey {name}: it takes {', '.join(clients)}; {_EXPECTED} (functools.partial"
                " gives it the others)"
            )
        return cls(function, name, inspect.iscoroutinefunction(called), given)


def _plain(function: Journey) -> Journey:
    while isinstance(function, partial):
        function = function.func
    return function


def _name(function: Journey) -> str:
    plain = _plain(function)
    name = getattr(plain, "__name__", "") or type(plain).__name__
    return str(name).strip("<>")
