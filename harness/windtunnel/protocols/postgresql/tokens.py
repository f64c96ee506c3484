"""Cuts SQL as PostgreSQL writes it into tokens: what is a literal, a name, a comment.

Our own: pglast (PostgreSQL's own grammar, 33 MB) knows only its own version of the server, sqlglot
(8 MB) takes 194 ms to import, sqlparse a millisecond for a short SELECT; and none reads what is cut
off. This need not understand a statement, only never take a literal for something else.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple


class TokenSort(Enum):
    """What a token is."""

    WORD = "word"
    """A keyword or a name, in upper case as `key`."""
    QUOTED = "quoted"
    """A name in double quotes."""
    LITERAL = "literal"
    MARK = "mark"
    """Anything else: one character."""


class Token(NamedTuple):
    """One token, without spaces and comments around it."""

    sort: TokenSort
    text: str
    """As it is written; of a name in quotes what stands between them, of a text nothing."""
    key: str = ""
    """A word in upper case, or a mark; empty for the others."""


_TOKEN = re.compile(
    r"""
      (?P<space>\s+|--[^\r\n]*)
    | (?P<comment>/\*)
    | (?P<escaped>[eE]'(?:[^'\\]|\\.|'')*+')
    | (?P<string>(?:[uU]&|[bBxXnN])?'(?:[^']|'')*+')
    | (?P<quoted>(?:[uU]&)?"(?P<name>(?:[^"]|"")*+)")
    | (?P<number>(?:\d|\.\d)[\w.]*)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<parameter>\$\d+)
    | (?P<dollar>\$(?:[^\W\d]\w*)?\$)
    | (?P<broken>['"])
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")


def tokens(text: str) -> Iterator[Token]:
    """Give the tokens of SQL; what an unfinished literal or comment begins is left out."""
    at, end = 0, len(text)
    match = _TOKEN.match
    while at < end:
        found = match(text, at)
        if found is None:  # it takes any character
            return
        sort = found.lastgroup
        at = found.end()
        if sort == "space":
            continue
        if sort == "word":
            word = found[0]
            yield Token(TokenSort.WORD, word, word.upper())
        elif sort == "mark":
            yield Token(TokenSort.MARK, found[0], found[0])
        elif sort == "quoted":
            yield Token(TokenSort.QUOTED, found["name"].replace('""', '"'))
        elif sort == "comment":
            at = _after_comment(text, at)
        elif sort == "broken":
            return
        else:
            if sort == "dollar":
                close = text.find(found[0], at)
                at = end if close < 0 else close + len(found[0])
            yield Token(TokenSort.LITERAL, found[0] if sort == "number" else "")


def _after_comment(text: str, at: int) -> int:
    """Return where a comment ends that began before; comments nest."""
    depth = 1
    for found in _COMMENT.finditer(text, at):
        depth += 1 if found[0] == "/*" else -1
        if not depth:
            return found.end()
    return len(text)
