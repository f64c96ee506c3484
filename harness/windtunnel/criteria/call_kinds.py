"""Which calls ask for the same kind of work: by method and path, where an id may be any."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable

_ID = re.compile(
    r"\d+|(?=.*\d)[0-9A-Fa-f]{8,}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|(?=.*\d).{16,}"
)
"""What no word of a path looks like."""
ANY = "*"
"""Stands for an id."""


def call_kind(line: str) -> str:
    """Return a method and path in which ids are not told apart."""
    return "/".join(ANY if _ID.fullmatch(part) else part for part in line.split("/"))


class CommonWords:
    """Parts of paths that come in several operations; others may be ids, whatever they look like.

    Takes each line with the operation that it belongs to.
    """

    def __init__(self, lines: Iterable[tuple[str, Hashable]]) -> None:
        self._owners: defaultdict[tuple[str, int, int, str], set[Hashable]] = defaultdict(set)
        for line, owner in lines:
            for part in _parts(line):
                # Two are as good as any number.
                if len(self._owners[part]) < 2:
                    self._owners[part].add(owner)

    def possible_kind(self, line: str) -> str:
        """Return the line with all that may be an id left out: equal where they may be one kind."""
        method = line.partition(" ")[0]
        parts = (part[-1] if len(self._owners[part]) > 1 else ANY for part in _parts(line))
        return f"{method} /{'/'.join(parts)}"


def _parts(line: str) -> list[tuple[str, int, int, str]]:
    method, _, path = line.partition(" ")
    parts = path.strip("/").split("/")
    return [(method, len(parts), place, part) for place, part in enumerate(parts)]
