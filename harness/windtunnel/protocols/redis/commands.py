"""Reads the commands of a Redis connection as the server does: arrays of strings, or lines."""

import re
from collections.abc import Iterator

KEPT = 128
"""Bytes of each word that are kept; the rest is counted only."""
LINE_LIMIT = 64 * 2**10
"""Bytes of one line, at most, as for the server."""
MOST_WORDS = 2**20
_NUMBER = re.compile(rb"-?\d{1,10}")
_START = 64
"""Bytes of a line by which it is known; the rest is not looked at again with every byte."""


class UnreadableCommand(ValueError):
    """Bytes that are no command. The text says why."""


class CommandReader:
    """Finds commands, however their bytes are cut: each as the first bytes of its words."""

    def __init__(self) -> None:
        self._line = b""
        self._words: list[bytes] = []
        self._expected = 0
        """Words that are still to come."""
        self._size = 0
        """Bytes of the word that are still to come, with its line's end; 0 before its length."""
        self._word = b""

    def __repr__(self) -> str:
        return f"<CommandReader {self._words} and {self._expected} more>"

    @property
    def begun(self) -> bool:
        """Whether some of a command came, and not all of it."""
        return bool(self._line or self._expected)

    def feed(self, data: bytes) -> Iterator[list[bytes]]:
        """Give the commands that are whole now; raise UnreadableCommand at what is none."""
        at = 0
        while at < len(data):
            if self._size:
                piece = data[at : at + self._size]
                at += len(piece)
                self._size -= len(piece)
                if len(self._word) < KEPT:
                    self._word += piece[: KEPT - len(self._word)]
                if self._size:
                    return
                self._finish_word()
            else:
                end = data.find(b"\n", at) + 1
                self._line += data[at : end or len(data)]
                at = end or len(data)
                if len(self._line) > LINE_LIMIT:
                    raise UnreadableCommand("a line of it does not end")
                if not end:
                    self._check(self._line[:_START])
                    return
                line, self._line = self._line.rstrip(b"\r\n"), b""
                yield from self._take_line(line)
            if self._words and not self._expected:
                words, self._words = self._words, []
                yield words

    def _check(self, begin: bytes) -> None:
        """Raise where a line can be none, as far as it came."""
        inline = begin.strip()
        if inline and not self._expected and inline[:1] != b"*" and not inline[:1].isalpha():
            raise UnreadableCommand(f"it begins with {inline[:20]!r}")

    def _take_line(self, line: bytes) -> Iterator[list[bytes]]:
        if self._expected:
            self._size = _number(line, b"$") + 2
            self._word = b""
            return
        if line[:1] == b"*":
            # None or fewer words are no command, and get no reply.
            self._expected = max(_number(line, b"*"), 0)
            if self._expected > MOST_WORDS:
                raise UnreadableCommand(f"it has {self._expected} words")
            return
        self._check(line)
        words = line.split()
        if words:
            yield [word[:KEPT] for word in words]

    def _finish_word(self) -> None:
        self._words.append(self._word.removesuffix(b"\r\n"))
        self._expected -= 1


def _number(line: bytes, mark: bytes) -> int:
    if line[:1] != mark or not _NUMBER.fullmatch(line[1:]):
        raise UnreadableCommand(f"{line[:20]!r} is no {mark.decode()} and a number")
    number = int(line[1:])
    if mark == b"$" and number < 0:
        raise UnreadableCommand("a word has no length")
    return number
