"""A short text that a regular expression matches, made from the expression."""

import re
from collections.abc import Callable
from dataclasses import dataclass

LONGEST = 300
"""Characters of an expression that is looked at."""
_MOST = 64
"""Repetitions of what may be repeated without end."""
_CLASSES = {"d": "0123456789", "w": "a0_Z", "s": " ", "D": "a", "W": "-", "S": "a"}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}
_PLAIN = "aA0-_.: @/+,;!#$%&'()*=?[]^`{}|~\"\\<>"
"""What is tried, in this order, where a class says what may not be there."""
_TIMES = re.compile(r"\*|\+|\?|\{(?P<least>\d{1,4})(?P<to>,(?P<most>\d{1,4})?)?\}")
_GROUP = re.compile(r"\?(?::|P?<[A-Za-z_]\w*>)")

Made = Callable[[int], str]
"""Gives the text, for how often what may be repeated is repeated beyond its least."""


class _Unknown(Exception):
    """The expression has what is not understood here."""


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    depth: int = 0
    nested: bool = False
    """Whether something is repeated in what is repeated, which Python may take long to match."""

    def alternatives(self) -> Made:
        """Read up to the end of a group, or of all."""
        first = self.sequence()
        while self.peek() == "|":
            self.at += 1
            self.sequence()
        return first

    def sequence(self) -> Made:
        parts: list[Made] = []
        while self.at < len(self.text) and self.peek() not in {"|", ")"}:
            begun = self.at
            part = self.single()
            if times := _TIMES.match(self.text, self.at):
                self.at = times.end()
                if self.peek() in {"?", "+"}:
                    self.at += 1
                if self.text[begun] == "(" and _TIMES.search(self.text[begun : times.start()]):
                    self.nested = True
                part = _repeated(part, times)
            parts.append(part)
        return lambda more: "".join(part(more) for part in parts)

    def single(self) -> Made:
        mark = self.text[self.at]
        self.at += 1
        if mark in "^$":
            return lambda _: ""
        if mark == ".":
            return lambda _: "a"
        if mark == "(":
            return self.group()
        if mark == "[":
            chosen = self.chosen()
            return lambda _: chosen
        if mark == "\\":
            escaped = self.escaped()
            return lambda _: escaped[:1]
        if mark in "*+?{":
            raise _Unknown
        return lambda _: mark

    def group(self) -> Made:
        self.depth += 1
        if self.depth > 20:
            raise _Unknown
        if self.peek() == "?":
            kind = _GROUP.match(self.text, self.at)
            if kind is None:  # looks ahead or behind, or sets flags
                raise _Unknown
            self.at = kind.end()
        inner = self.alternatives()
        if self.peek() != ")":
            raise _Unknown
        self.at += 1
        self.depth -= 1
        return inner

    def escaped(self) -> str:
        """Return the characters that an escape stands for; none for a place between them."""
        mark = self.peek()
        self.at += 1
        if mark in {"b", "A", "Z", "z"}:
            return ""
        if mark == "" or mark in "BpPkuxc0123456789":
            raise _Unknown
        return _CLASSES.get(mark) or _CONTROLS.get(mark) or mark

    def chosen(self) -> str:
        """Read a class, and return one of its characters."""
        inverted = self.peek() == "^"
        self.at += inverted
        found = ""
        while self.at < len(self.text) and (self.peek() != "]" or not found):
            mark = self.text[self.at]
            self.at += 1
            low = self.escaped() if mark == "\\" else mark
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in {"]", ""}:
                self.at += 1
                high = self.text[self.at]
                self.at += 1
                high = self.escaped() if high == "\\" else high
                low = "".join(
                    map(chr, range(ord(low[:1]), min(ord(high[:1]), ord(low[:1]) + 200) + 1))
                )
            found += low
        if self.peek() != "]":
            raise _Unknown
        self.at += 1
        if not inverted:
            return found[:1]
        left = [each for each in _PLAIN if each not in found]
        if not left:
            raise _Unknown
        return left[0]

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]


def _repeated(part: Made, times: re.Match[str]) -> Made:
    if times["least"]:
        least = int(times["least"])
        most = least if not times["to"] else int(times["most"]) if times["most"] else _MOST
    else:
        least = 1 if times[0] == "+" else 0
        most = 1 if times[0] == "?" else _MOST
    return lambda more: part(more) * min(max(least, min(most, least + more)), 10 * _MOST)


def pattern_example(pattern: str, shortest: int = 0, longest: int = 10 * _MOST) -> str | None:
    """Return a text that the expression finds, of such a length; None where none was made."""
    if len(pattern) > LONGEST:
        return None
    reader = _Reader(pattern)
    try:
        made = reader.alternatives()
        if reader.at != len(pattern):
            return None
        compiled = re.compile(pattern)
    except (_Unknown, re.error, ValueError, RecursionError, OverflowError, TypeError):
        return None
    for more in (0, 1, 2, 3, 5, 8, 13, 21, 34, _MOST):
        text = made(more)
        if shortest <= len(text) <= longest and (reader.nested or compiled.search(text)):
            return text
    return None
