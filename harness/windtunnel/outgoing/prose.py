"""What only looks like a secret beside its name: words of a sentence, and names of tests."""

import re
from bisect import bisect_right

_ID = re.compile(
    r"(?<![\w./-])(?:[\w./-]{1,200}\.py(?:::\w{1,200}){0,5}(?:\[[^\]\n]{0,300}\])?"
    r"|test_\w{1,200}\[[^\]\n]{0,300}\])"
)
_WORDS = frozenset(
    {"bearer", "cookie", "cookies", "credential", "credentials", "jwt", "secret", "secrets"}
    | {"session", "signature", "token"}
)
"""Words that a sentence or a key of a store may have before a colon."""
_QUANTITY = re.compile(r"[+-]?\d[\d.,]*[A-Za-z%]{0,3}")
_WORD = re.compile(r"[A-Za-z]?[a-z]{0,6}")
_GOES_ON = re.compile(r"[ \t]{1,3}\w")


class Spans:
    """Places within a text."""

    def __init__(self, found: list[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in found]
        self._ends = [end for _, end in found]

    def __repr__(self) -> str:
        return f"<Spans, {len(self._starts)}>"

    def __contains__(self, place: int) -> bool:
        """Whether a place is in one of them."""
        before = bisect_right(self._starts, place)
        return before > 0 and place < self._ends[before - 1]


def ids_of_tests(text: str) -> Spans:
    """Return where tests are named, by a file or by a function with parameters."""
    if ".py" not in text and "test_" not in text:
        return Spans([])
    return Spans([found.span() for found in _ID.finditer(text)])


def is_prose(named: re.Match[str], value: re.Match[str]) -> bool:
    """Return whether a word, a colon and what follows are of a sentence, or a store's key."""
    if named["name"].lower() not in _WORDS or named["between"].strip(" \t") != ":":
        return False
    text = named.string
    if text[max(0, named.start() - 1) : named.start()] == ":" or _QUANTITY.fullmatch(value[0]):
        return True
    return bool(_WORD.fullmatch(value[0]) and _GOES_ON.match(text, value.end()))
