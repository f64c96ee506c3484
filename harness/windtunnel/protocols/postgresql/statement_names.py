"""Names a statement by its verb and tables, such as "SELECT notes": no literal is part of it.

What cannot be told is left out: then the verb stands alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from windtunnel.protocols.postgresql.named_tables import QUERIES, Tables, reference
from windtunnel.protocols.postgresql.tokens import Token, TokenSort, tokens
from windtunnel.protocols.postgresql.upkeep import Upkeep, upkeep

MOST_TABLES = 6
"""Tables of one statement that are named; "…" stands for the others."""
MOST_STATEMENTS = 4
"""Statements sent as one that are named; "…" stands for the others."""
SHORT = 1000
"""Characters of a text whose name is remembered."""

_SCANNED = QUERIES | {"COPY", "EXPLAIN", "DECLARE", "PREPARE", "TRUNCATE", "LOCK"}
"""Verbs whose tables are looked for."""
_DEFINING = frozenset({"CREATE", "ALTER", "DROP"})
_NO_FUNCTION = frozenset(
    {
        *(
            "SELECT",
            "FROM",
            "WHERE",
            "AND",
            "OR",
            "NOT",
            "IN",
            "AS",
            "EXISTS",
            "ANY",
            "ALL",
            "SOME",
        ),
        *("VALUES", "DISTINCT", "CASE", "WHEN", "THEN", "ELSE", "ON", "USING", "UNION", "EXCEPT"),
        *("INTERSECT", "ARRAY", "ROW", "OVER", "FILTER", "LIMIT", "OFFSET"),
    }
)
"""After these, a parenthesis is no function's."""


SHORTEST = 16
"""Characters of a text from which on its literals are worth taking out."""
_ODD = re.compile(r"""["$\\/-]""")
"""Where one of these is, finding literals takes more than `_LITERAL`."""
_LITERAL = re.compile(r"""(?:\d(?<!\w\d)[\w.]*+|'[^']*+')""")
"""Written so that only quotes and digits are looked at."""


@dataclass(frozen=True, slots=True)
class StatementName:
    """What a text of SQL is called, and what it is to its connection."""

    text: str
    """"SELECT notes"; several joined by "; ". Empty statements have none."""
    upkeep: Upkeep | None
    """None for a call; what it is where it only keeps the connection or frames calls."""
    prepared: str = ""
    """What a round trip is called that only prepares it."""
    bound: str = ""
    """What one is called that only binds it."""

    @classmethod
    def of(cls, text: str, upkeep: Upkeep | None) -> "StatementName":
        """Return a name with those made from it."""
        return cls(text, upkeep, f"PREPARE {text}".rstrip(), f"BIND {text}".rstrip())


def statement_name(sql: str) -> StatementName:
    """Return the name of what one message asks for: one statement, or several."""
    if len(sql) > SHORT:
        return _named(sql)
    # Many texts differ in their literals only.
    odd = len(sql) < SHORTEST or _ODD.search(sql)
    return _remembered(sql if odd else _LITERAL.sub("0", sql))


@lru_cache(maxsize=2048)
def _remembered(sql: str) -> StatementName:
    return _named(sql)


def _named(sql: str) -> StatementName:
    named: list[str] = []
    frames: list[str] = []
    last: Upkeep | None = Upkeep.EMPTY
    opens = False
    for statement in _statements(sql):
        name = _name(statement)
        kind = upkeep(statement, name)
        if kind is None:
            if name not in named:
                named.append(name)
        else:
            frames.append(name)
            last = kind
            opens = opens or kind is Upkeep.BEGINS
    if named:
        if len(named) > MOST_STATEMENTS:
            named[MOST_STATEMENTS:] = ["…"]
        return StatementName.of("; ".join(named), None)
    if opens and last is not Upkeep.ENDS:
        last = Upkeep.BEGINS
    return StatementName.of("; ".join(frames[:MOST_STATEMENTS]), last)


def _statements(sql: str) -> Iterator[list[Token]]:
    """Give each statement's tokens. What follows CREATE is one, for it may hold others."""
    found: list[Token] = []
    depth = 0
    for token in tokens(sql):
        if token.key == "(":
            depth += 1
        elif token.key == ")":
            depth -= 1
        if token.key == ";" and depth <= 0 and not _has_body(found):
            if found:
                yield found
            found, depth = [], 0
            continue
        found.append(token)
    if found:
        yield found


def _has_body(statement: Sequence[Token]) -> bool:
    keys = [token.key for token in statement]
    return keys[:1] == ["CREATE"] and "ATOMIC" in keys


def _name(statement: Sequence[Token]) -> str:
    start = 0
    while start < len(statement) - 1 and statement[start].key == "(":
        start += 1
    verb = statement[start].key
    if statement[start].sort is not TokenSort.WORD:
        return "statement"
    if verb in _DEFINING:
        return _joined(verb, _defined(statement))
    if verb == "CALL":
        return _joined(verb, _functions(statement))
    return _scanned(statement, start) if verb in _SCANNED else verb


def _scanned(statement: Sequence[Token], start: int) -> str:
    found = Tables(statement, start)
    if found.verb != "SELECT" or found.tables:
        return _joined(found.verb, found.tables)
    if len(statement) == 2 and _is_one(statement[1]):
        return "SELECT 1"
    return _joined("SELECT", _functions(statement))


def _is_one(token: Token) -> bool:
    return token.sort is TokenSort.LITERAL and token.text == "1"


def _joined(verb: str, tables: Sequence[str]) -> str:
    shown = list(dict.fromkeys(tables))
    if len(shown) > MOST_TABLES:
        shown[MOST_TABLES:] = ["…"]
    return f"{verb} {', '.join(shown)}" if shown else verb


def _defined(statement: Sequence[Token]) -> list[str]:
    for place, token in enumerate(statement):
        if token.key in {"TABLE", "VIEW"}:
            name, _ = reference(statement, place + 1)
            return [name.removesuffix("()")] if name else []
        if token.key in {"FUNCTION", "AS", "("}:
            break
    return []


def _functions(statement: Sequence[Token]) -> list[str]:
    """Return the functions that are called at the outermost level, as "now()"."""
    found: list[str] = []
    depth = place = 0
    while place < len(statement):
        token = statement[place]
        if token.key == "(":
            depth += 1
        elif token.key == ")":
            depth -= 1
        elif depth == 0 and token.sort in {TokenSort.WORD, TokenSort.QUOTED}:
            name, after = reference(statement, place)
            if name.endswith("()") and token.key not in _NO_FUNCTION:
                found.append(name)
            place = max(after, place + 1)
            continue
        place += 1
    return found
