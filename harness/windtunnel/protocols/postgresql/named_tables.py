"""Finds the tables that a statement names, and its main verb."""

from collections.abc import Sequence

from windtunnel.protocols.postgresql.tokens import Token, TokenSort

LONGEST = 63
"""Characters of a name, as for the server."""
QUERIES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE", "WITH"})
"""Verbs by which a query begins, also one in parentheses."""
_SKIPPED = frozenset({"ONLY", "LATERAL", "IF", "NOT", "EXISTS"})
"""What may stand between the keyword and the table."""
_LEAVE_FROM = frozenset(
    {
        *("WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "FETCH", "HAVING", "WINDOW", "UNION"),
        *("INTERSECT", "EXCEPT", "RETURNING", "SET", "VALUES", "SELECT", "WHEN", "FOR", "ON", "DO"),
    }
)
"""After these, a comma is followed by no table."""


def reference(statement: Sequence[Token], place: int) -> tuple[str, int]:
    """Return the table or function that is named from this place on, or "", and what follows."""
    while place < len(statement) and statement[place].key in _SKIPPED:
        place += 1
    parts: list[str] = []
    while place < len(statement) and statement[place].sort in {TokenSort.WORD, TokenSort.QUOTED}:
        token = statement[place]
        parts.append(_shown(token))
        place += 1
        if place + 1 < len(statement) and statement[place].key == ".":
            place += 1
        else:
            break
    name = ".".join(parts)
    if name and place < len(statement) and statement[place].key == "(":
        name += "()"
    return name, place


def _shown(token: Token) -> str:
    """Return a name as the server folds it, on one line."""
    name = token.text.lower() if token.sort is TokenSort.WORD else token.text
    return "".join(each if each.isprintable() else "�" for each in name[:LONGEST])


class Tables:
    """Finds a statement's main verb and its tables, in their order."""

    def __init__(self, statement: Sequence[Token], start: int) -> None:
        self.verb = statement[start].key
        self.tables: list[str] = []
        self._statement = statement
        self._common: set[str] = set()
        """Names of common table expressions."""
        self._from = [False]
        """By depth: whether a comma is followed by another table."""
        self._query = [True]
        """By depth: whether it is a query, so that FROM names tables there."""
        self._find(start)

    def _find(self, place: int) -> None:
        statement = self._statement
        begins = True
        common = self.verb == "WITH"
        while place < len(statement):
            token = statement[place]
            key = token.key
            place += 1
            if key == "(":
                follows = statement[place].key if place < len(statement) else ""
                self._from.append(False)
                self._query.append(follows in QUERIES)
                begins = True
                continue
            if key == ")":
                if len(self._from) > 1:
                    self._from.pop()
                    self._query.pop()
                begins = False
                continue
            if common and len(self._from) == 1:
                if key in QUERIES - {"WITH"}:
                    self.verb, common, begins = key, False, True
                elif key == "AS" and place > 1:
                    self._name_common(place - 2)
                    continue
            place = self._take(key, place, begins=begins)
            begins = False

    def _name_common(self, place: int) -> None:
        """Take the name before AS, and before its columns in parentheses."""
        statement = self._statement
        if statement[place].key == ")":
            while place > 0 and statement[place].key != "(":
                place -= 1
            place -= 1
        if place >= 0 and statement[place].sort in {TokenSort.WORD, TokenSort.QUOTED}:
            self._common.add(_shown(statement[place]))

    def _take(self, key: str, place: int, *, begins: bool) -> int:
        """Take a word or a mark; return the place after what was read of it."""
        if self._precedes_table(key, place):
            return self._references(place)
        if not self._query[-1]:
            return place
        if key == "INTO" or (begins and key in {"UPDATE", "COPY", "LOCK", "TABLE", "TRUNCATE"}):
            self._from[-1] = key in {"LOCK", "TRUNCATE"}
            if place < len(self._statement) and self._statement[place].key == "TABLE":
                place += 1
            return self._references(place, columns=True)
        if key in _LEAVE_FROM:
            self._from[-1] = False
        return place

    def _precedes_table(self, key: str, place: int) -> bool:
        """Whether a table follows, as after FROM, JOIN, USING, and a comma between tables."""
        if key == "JOIN":
            return True
        if not self._query[-1]:
            return False  # in parentheses: arguments, as of EXTRACT(day FROM at)
        if key == "FROM":
            before = self._statement[place - 2].key if place > 1 else ""
            if before == "DISTINCT" or (self.verb == "COPY" and len(self._from) == 1):
                return False
            self._from[-1] = True
            return True
        if key == "USING":
            # In parentheses they are columns of a join, or a query, which is read as one.
            return place >= len(self._statement) or self._statement[place].key != "("
        return key == "," and self._from[-1]

    def _references(self, place: int, *, columns: bool = False) -> int:
        """Take the table that is named here, if one is; columns may follow it in parentheses."""
        opened = place
        while opened < len(self._statement) and self._statement[opened].key == "(":
            # A join in parentheses begins with a table; a query in them is read as one.
            opened += 1
        if opened > place:
            if opened < len(self._statement) and self._statement[opened].key in QUERIES:
                return place
            name, _ = reference(self._statement, opened)
            self._add(name)
            return place
        name, after = reference(self._statement, place)
        self._add(name.removesuffix("()") if columns else name)
        return after

    def _add(self, name: str) -> None:
        if name and name not in self._common:
            self.tables.append(name)
