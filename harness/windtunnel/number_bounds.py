"""Which numbers mean something: one check for every criterion and marker, for claims and options.

A comparison with NaN is always false, so that a number nobody checked may let anything pass.
"""

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar

from windtunnel.errors import ConfigurationError, shown

P = ParamSpec("P")
R = TypeVar("R")
_BOUNDS = "__windtunnel_bounds__"


@dataclass(frozen=True, slots=True)
class Bound:
    """The values that a number may have; `expected` says so in words, with the unit."""

    expected: str
    least: float
    most: float = math.inf
    least_itself: bool = True
    most_itself: bool = False
    whole: bool = False

    def admits(self, value: object) -> bool:
        """Whether a value is such a number."""
        if isinstance(value, bool) or not isinstance(value, Integral if self.whole else Real):
            return False
        try:
            number = float(value)
        except OverflowError:
            return False
        if math.isnan(number):
            return False
        above = number > self.least or (self.least_itself and number == self.least)
        below = number < self.most or (self.most_itself and number == self.most)
        return above and below


SECONDS = Bound("a finite number of seconds above 0", 0.0, least_itself=False)
SECONDS_OR_EVER = Bound(
    "a number of seconds above 0, or inf for ever", 0.0, least_itself=False, most_itself=True
)
SHARE = Bound("a share between 0 and 1, such as 0.05 for 5 %", 0.0, 1.0, least_itself=False)
GAIN = Bound("a share from 0 up, below 1, such as 0.4 for 40 %", 0.0, 1.0)
PROBABILITY = Bound("a probability between 0 and 1, such as 0.99", 0.0, 1.0, least_itself=False)
TOLERANCE = Bound("a finite number above 0", 0.0, least_itself=False)
COUNT = Bound("a whole number from 1 up", 1.0, whole=True)
MOMENT = Bound("a finite number of seconds", -math.inf, least_itself=False)
MOMENT_OR_NEVER = Bound(
    "a number of seconds, or inf for never", -math.inf, least_itself=False, most_itself=True
)
AMOUNT = Bound("a finite number from 0 up", 0.0)


def check_number(place: str, name: str, value: object, bound: Bound) -> None:
    """Raise ConfigurationError, which names the place, unless the value is within the bound."""
    if not bound.admits(value):
        raise ConfigurationError(f"{place}{name}={shown(value)}: expected {bound.expected}")


def numbers(**bounds: Bound) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function refuse arguments beyond these bounds; None stands for a default."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            given = signature.bind(*args, **kwargs).arguments
            check_arguments(checked, given, f"{function.__name__}: ")
            return function(*args, **kwargs)

        setattr(checked, _BOUNDS, bounds)
        return checked

    return decorate


def check_arguments(function: Callable[..., Any], given: Mapping[str, Any], place: str) -> None:
    """Check arguments before a function is called with them, as it will itself."""
    bounds: Mapping[str, Bound] = getattr(function, _BOUNDS, {})
    for name, bound in bounds.items():
        if given.get(name) is not None:
            check_number(place, name, given[name], bound)
