"""`http_corrupt`: the answer's body is damaged."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windtunnel.protocols.http.answer_effect import AnswerEffect, Part
from windtunnel.protocols.http.http_toxic_kind import HttpToxicKind


class CorruptEffect(AnswerEffect):
    """Changes the body's first byte, and from there one in `spacing` on the average.

    The places and the changes are drawn from the seed, and do not depend on how the body arrives.
    Lengths, head and framing stay.
    """

    defaults: ClassVar = {"spacing": 16}
    _place = 0
    _next = 0

    @staticmethod
    def mistake(attributes: Mapping[str, Any]) -> str:
        """Return what is wrong, or ""."""
        return "" if attributes["spacing"] >= 1 else "spacing must be 1 or more"

    def alter(self, part: Part) -> list[Part]:
        """Change the bytes whose turn it is."""
        if not part.content:
            return [part]
        data = bytearray(part.data)
        while self._next < self._place + part.content:
            data[self._next - self._place] ^= self.chance.randint(1, 255)
            self._next += self.chance.randint(1, 2 * self.attributes["spacing"] - 1)
            self.touch()
        self._place += part.content
        part.data = bytes(data)
        return [part]


KIND = HttpToxicKind("http_corrupt", CorruptEffect)
