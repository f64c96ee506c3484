"""`http_truncate`: the answer ends in the middle of its body."""

from typing import ClassVar

from windtunnel.protocols.http.answer_effect import AnswerEffect, Part
from windtunnel.protocols.http.http_toxic_kind import HttpToxicKind
from windtunnel.toxics.chunk import Action


class TruncateEffect(AnswerEffect):
    """Lets `bytes` of the body through, then closes the connection; a shorter one stays whole."""

    defaults: ClassVar = {"bytes": 0}
    _passed = 0
    _done = False

    def alter(self, part: Part) -> list[Part]:
        """Cut the body where it is longer than allowed."""
        if self._done:
            return []
        left = self.attributes["bytes"] - self._passed
        self._passed += part.content
        if part.content <= left:
            return [part]
        self._done = True
        self.touch()
        # Where the connection's end is the body's, an orderly close would look like the whole.
        action = Action.CLOSE if part.delimited else Action.RESET
        return [Part(part.due, part.data[:left], left, part.delimited, action)]


KIND = HttpToxicKind("http_truncate", TruncateEffect)
