"""Checks of a fault's arguments: each failure names the place, the finding and the expectation."""

import math
from collections.abc import Sequence
from difflib import get_close_matches

SHOWN = 100
"""Characters of a wrong value that are shown."""


LONGEST = 1e9
"""Seconds: what is longer, thirty years, is a typing error."""
LARGEST = 2**63 - 1
"""Toxiproxy's integers are of 64 bits."""


def _place(fault: object, name: str, value: object) -> str:
    """Return what is wrong in words, such as "Latency(seconds=-1)"."""
    try:
        shown = repr(value)
    except ValueError:  # an int of more digits than Python writes
        shown = "a number of thousands of digits"
    if len(shown) > SHOWN:
        shown = f"{shown[:SHOWN]}…"
    return f"{type(fault).__name__}({name}={shown})"


def dependency_name(fault: object, value: object) -> None:
    """Raise ValueError unless `value` can name a dependency."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(
            f"{_place(fault, 'dependency', value)}: expected a dependency's name,"
            ' such as "catalog"'
        )


def struck(fault: object, dependency: object, caller: object) -> None:
    """Raise ValueError unless these can name a dependency and who calls it."""
    dependency_name(fault, dependency)
    if not isinstance(caller, str):
        raise ValueError(
            f"{_place(fault, 'caller', caller)}: expected a program's name, or '' for each that"
            " calls the dependency"
        )


def milliseconds(fault: object, name: str, value: float, *, least: float = 0.001) -> int:
    """Return seconds as Toxiproxy's whole milliseconds; ValueError below `least` or not finite."""
    wrong = isinstance(value, bool) or not isinstance(value, int | float)
    if wrong or (isinstance(value, float) and math.isnan(value)):
        raise ValueError(f"{_place(fault, name, value)}: expected a number of seconds")
    if value < least:
        raise ValueError(f"{_place(fault, name, value)}: expected {least:g} seconds or more")
    if value > LONGEST:
        raise ValueError(f"{_place(fault, name, value)}: expected {LONGEST:g} seconds at most")
    return round(value * 1000)


def count(fault: object, name: str, value: int, *, least: int, most: int | None = None) -> int:
    """Return a whole number; ValueError out of its bounds or not an integer."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{_place(fault, name, value)}: expected a whole number")
    if value < least:
        raise ValueError(f"{_place(fault, name, value)}: expected {least} or more")
    most = LARGEST if most is None else most
    if value > most:
        raise ValueError(f"{_place(fault, name, value)}: expected {most} at most")
    return value


def share(fault: object, name: str, value: float) -> float:
    """Return a probability; ValueError unless it is a number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{_place(fault, name, value)}: expected a number from 0 to 1")
    return value


def text(fault: object, name: str, value: object) -> str:
    """Return a text; ValueError on anything else."""
    if not isinstance(value, str):
        raise ValueError(f"{_place(fault, name, value)}: expected a text")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{_place(fault, name, value)}: expected text in UTF-8") from None
    return value


def choice(fault: object, name: str, value: object, choices: Sequence[str]) -> str:
    """Return one of the choices; ValueError names them, and the nearest."""
    if not isinstance(value, str) or value not in choices:
        near = get_close_matches(str(value)[:SHOWN], choices, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise ValueError(
            f"{_place(fault, name, value)}: expected one of {', '.join(choices)}{hint}"
        )
    return value


def flag(fault: object, name: str, value: object) -> bool:
    """Return True or False; ValueError on anything else."""
    if not isinstance(value, bool):
        raise ValueError(f"{_place(fault, name, value)}: expected True or False")
    return value


def stream(fault: object, value: str) -> str:
    """Return the direction of the traffic; ValueError unless it is one of Toxiproxy's two."""
    if value not in {"downstream", "upstream"}:
        raise ValueError(
            f"{_place(fault, 'stream', value)}: expected 'downstream' (answers)"
            " or 'upstream' (requests)"
        )
    return value
