"""`http_abort`: the connection is reset where an answer was expected."""

from typing import ClassVar

from windtunnel.protocols.http.answer_effect import AnswerEffect, Part
from windtunnel.protocols.http.http_toxic_kind import HttpToxicKind
from windtunnel.protocols.http.message_heads import Message
from windtunnel.toxics.chunk import Action


class AbortEffect(AnswerEffect):
    """Resets the connection; with `forwarded` 1 only when the dependency has answered."""

    defaults: ClassVar = {"forwarded": 0}

    def instead(self, request: Message, now: float) -> list[Part] | None:
        """Reset at once, unless the dependency is to do its work first."""
        if self.attributes["forwarded"]:
            return None
        self.touch()
        return [Part(now, b"", action=Action.RESET)]

    def alter(self, part: Part) -> list[Part]:
        """Reset instead of the answer's first byte."""
        if part.action is Action.RESET:
            return [part]
        self.touch()
        return [Part(part.due, b"", action=Action.RESET)]


KIND = HttpToxicKind("http_abort", AbortEffect)
