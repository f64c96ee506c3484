"""Fills in ${NAME} as Compose does, in its files and in env files."""

import re
from collections.abc import Mapping

DEEPEST = 20
"""How deep one default may stand in another."""
DEEPEST_TABLE = 4
"""How deep tables and lists are filled in: those of aliases may have no end."""
_NAME = re.compile(r"[A-Za-z_]\w*")
_INNER = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:(?P<mark>:?[-+?])(?P<word>.*))?", re.DOTALL)


class Interpolation:
    """Fills in names from what is known, and keeps those that are demanded and not known."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = known
        self.demanded: dict[str, None] = {}
        """Names that `${NAME:?…}` demands and nobody gives."""

    def __repr__(self) -> str:
        return f"<Interpolation of {len(self.known)} names>"

    def filled(self, text: str, depth: int = 0) -> str:
        """Return the text with its names filled in; those that are not known are empty."""
        parts: list[str] = []
        at = 0
        while (dollar := text.find("$", at)) >= 0:
            parts.append(text[at:dollar])
            at = dollar + 1
            if text.startswith("$", at):
                parts.append("$")
                at += 1
            elif text.startswith("{", at) and depth < DEEPEST:
                end = _closing(text, at + 1)
                if end < 0:  # what is never closed is no name
                    return "".join([*parts, text[dollar:]])
                parts.append(self._value(text[at + 1 : end], text[dollar : end + 1], depth))
                at = end + 1
            elif name := _NAME.match(text, at):
                parts.append(self.known.get(name[0], ""))
                at = name.end()
            else:
                parts.append("$")
        return "".join([*parts, text[at:]])

    def deeply_filled(self, value: object, depth: int = DEEPEST_TABLE) -> object:
        """Return a value with the names in its texts filled in; what is deeper is left out."""
        if isinstance(value, str):
            return self.filled(value)
        if isinstance(value, list):
            return [self.deeply_filled(each, depth - 1) for each in value] if depth else None
        if isinstance(value, dict):
            if not depth:
                return None
            return {k: self.deeply_filled(each, depth - 1) for k, each in value.items()}
        return value

    def _value(self, inner: str, whole: str, depth: int) -> str:
        found = _INNER.fullmatch(inner)
        if found is None:
            return whole
        known = self.known.get(found["name"])
        mark = found["mark"] or ""
        has = bool(known) if mark.startswith(":") else known is not None
        if mark.endswith("+"):
            return self.filled(found["word"], depth + 1) if has else ""
        if mark.endswith("-") and not has:
            return self.filled(found["word"], depth + 1)
        if mark.endswith("?") and not has:
            self.demanded[found["name"]] = None
        return known or ""


def _closing(text: str, at: int) -> int:
    """Return where the brace closes that opens before `at`; -1 where it does not."""
    depth = 1
    for mark in re.compile(r"\$\{|\}").finditer(text, at):
        depth += 1 if mark[0] == "${" else -1
        if depth == 0:
            return mark.start()
    return -1
