"""In which line of a TOML file each key is: the reader of the standard library does not say."""

import tomllib
from collections.abc import Iterator
from typing import Any

Place = tuple[str | int, ...]
"""Where a setting is: the keys that lead to it, and the numbers of a list's entries."""
ENDS = ("]", "}", '"""', "'''")
"""What ends a statement of several lines."""
MOST_READ = 300_000
"""Characters that are read in search of statements: each costs a microsecond."""


def lines(text: str) -> dict[Place, int]:
    """Return the line, from 1, in which each key of a valid TOML text is set.

    A statement is the fewest lines that are valid TOML alone; a key of an inline table, or an
    entry of an array, has the line in which its statement begins.
    """
    found: dict[Place, int] = {}
    tables: dict[Place, int] = {}
    table: Place = ()
    for line, statement, parsed in _statements(text):
        if statement.lstrip().startswith("["):
            table = _entered(parsed, tables)
            _note(table, None, line, found)
        else:
            _note(table, parsed, line, found)
    return found


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield each statement and what it says, with the line in which it begins.

    Ends early where too much would be read again and again: a place is then named less exactly.
    """
    collected: list[str] = []
    begins = 1
    left = MOST_READ
    for number, line in enumerate(text.splitlines(), start=1):
        if not collected:
            begins = number
            if not line.strip() or line.lstrip().startswith("#"):
                continue
        collected.append(line)
        if len(collected) > 1 and not any(mark in line for mark in ENDS):
            continue  # what goes on over lines ends by one of these
        statement = "\n".join(collected)
        left -= len(statement)
        if left < 0:
            return
        try:
            parsed = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue  # it goes on in the next line
        yield begins, statement, parsed
        collected = []


def _entered(header: dict[str, Any], tables: dict[Place, int]) -> Place:
    """Return the place of the table that a header opens; each [[header]] opens the next one.

    `tables` has how many each array of tables has so far.
    """
    place: Place = ()
    inside: Any = header
    while inside:
        if isinstance(inside, list):
            number = tables.get(place, 0)
            tables[place] = number + 1
            place, inside = (*place, number), inside[0]
        else:
            ((key, inside),) = inside.items()
            place = (*place, key)
    return place


def _note(place: Place, value: Any, line: int, found: dict[Place, int]) -> None:  # noqa: ANN401 - TOML
    for length in range(1, len(place) + 1):
        found.setdefault(place[:length], line)
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        _note((*place, key), inner, line, found)
