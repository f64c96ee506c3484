"""Which values of secrets are masked wherever they stand: those that are no ordinary text.

A password may be `test` or `postgres`. Masked everywhere, it would change paths, names and numbers.
"""

import re

from windtunnel.outgoing.secret_names import is_secret

SHORTEST = 4
"""Characters of a value that mixes letters with digits or signs."""
SHORTEST_WORD = 8
"""Characters of a value of one kind, such as letters only."""
LONG = 12
"""Characters from which a value with letters and digits is masked even within a longer word."""
_TRUTH = {"disabled", "enabled", "optional", "required"}
"""Long enough, but said of settings."""
_NUMBER = re.compile(r"[\W\d_]*|[+-]?[\d.,_]+ ?[A-Za-z%]{1,3}|0x[0-9a-f]{1,8}|[+-]?[\d.]+e[+-]?\d+")
"""A number, a date, a quantity such as 250ms."""
_LETTER = re.compile(r"[A-Za-z]")
_DIGIT = re.compile(r"\d")


def is_learnt(name: str, value: str) -> bool:
    """Return whether the value of the secret `name` is masked wherever it stands."""
    lower = value.lower()
    if lower in _TRUTH or _NUMBER.fullmatch(lower):
        return False
    if value.isalpha() and (lower in name.lower() or is_secret(lower)):
        return False  # POSTGRES_PASSWORD=postgres, DB_PASSWORD=password
    return len(value) >= (SHORTEST_WORD if value.isalpha() else SHORTEST)


def is_within_words(value: str) -> bool:
    """Return whether a value is so peculiar that it is masked within a longer word as well."""
    return len(value) >= LONG and bool(_LETTER.search(value) and _DIGIT.search(value))
