"""Checks of a fault's arguments: each failure names the place, the finding and the expectation."""

import math


def dependency_name(fault: object, value: object) -> None:
    """Raise ValueError unless `value` can name a dependency."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(
            f"{type(fault).__name__}(dependency={value!r}): expected a dependency's name,"
            ' such as "catalog"'
        )


def milliseconds(fault: object, name: str, value: float, *, least: float = 0.001) -> int:
    """Return seconds as Toxiproxy's whole milliseconds; ValueError below `least` or not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{type(fault).__name__}({name}={value!r}): expected a number of seconds")
    if value < least:
        raise ValueError(
            f"{type(fault).__name__}({name}={value!r}): expected {least:g} seconds or more"
        )
    return round(value * 1000)


def count(fault: object, name: str, value: int, *, least: int) -> int:
    """Return a whole number of bytes; ValueError below `least` or not an integer."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{type(fault).__name__}({name}={value!r}): expected a whole number")
    if value < least:
        raise ValueError(f"{type(fault).__name__}({name}={value!r}): expected {least} or more")
    return value


def stream(fault: object, value: str) -> str:
    """Return the direction of the traffic; ValueError unless it is one of Toxiproxy's two."""
    if value not in {"downstream", "upstream"}:
        raise ValueError(
            f"{type(fault).__name__}(stream={value!r}): expected 'downstream' (answers)"
            " or 'upstream' (requests)"
        )
    return value
