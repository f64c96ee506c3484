"""A number that a schema takes: 1 where it may be, else the next to it."""

import math
from collections.abc import Mapping
from typing import Any

_BEYOND = 2**53
"""Above it not every whole number is one in JSON."""


def number_example(schema: Mapping[str, Any], index: int = 0, *, whole: bool) -> float | None:
    """Return a number, another one for each index; None where none is between the bounds."""
    least, above = _bound(schema, "minimum", "exclusiveMinimum")
    most, below = _bound(schema, "maximum", "exclusiveMaximum")
    step = schema.get("multipleOf")
    step = step if isinstance(step, int | float) and step > 0 else 0
    unit = max(1, int(step)) if float(step).is_integer() else 0
    if unit:
        first = None if least is None else _next(least, unit, above=above)
        last = None if most is None else -_next(-most, unit, above=below)
        number = _whole(first, last, unit, index)
        if number is not None or whole:
            return number
    return None if whole else _broken((least, above), (most, below), step, index)


def _whole(first: int | None, last: int | None, unit: int, index: int) -> int | None:
    number = unit if first is None else max(first, unit)
    if last is not None and number > last:
        number = last
    number += index * unit
    if (first is not None and number < first) or (last is not None and number > last):
        return None
    return number if abs(number) <= _BEYOND else None


def _next(bound: float, unit: int, *, above: bool) -> int:
    """Return the least multiple of a unit that is not below a bound, nor at it where `above`."""
    found = math.ceil(bound / unit) * unit
    return found + unit if above and found == bound else found


def _broken(
    low: tuple[float | None, bool], high: tuple[float | None, bool], step: float, index: int
) -> float | None:
    least, most = low[0], high[0]
    if step:
        times = math.floor(least / step) + 1 if least is not None else 1
        number = round((times + index) * step, 10)
    elif least is not None and most is not None:
        number = least + (most - least) / (index + 2)
    else:
        number = most - 1 - index if most is not None else (least or 0) + 1 + index
    inside = (least is None or number >= least) and (most is None or number <= most)
    return number if inside and abs(number) <= _BEYOND else None


def _bound(schema: Mapping[str, Any], inclusive: str, exclusive: str) -> tuple[float | None, bool]:
    """Return a bound, and whether it is itself left out: a truth in 3.0, a number in 3.1."""
    bound, other = schema.get(inclusive), schema.get(exclusive)
    if isinstance(other, bool) or not isinstance(other, int | float):
        return (bound if isinstance(bound, int | float) else None), other is True
    return other, True
