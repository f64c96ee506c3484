"""`http_lost_answer`: the dependency did its work and answered, and its answer never arrives."""

from collections.abc import Mapping
from typing import Any, ClassVar

from windtunnel.protocols.http.answer_effect import AnswerEffect, Part
from windtunnel.protocols.http.http_toxic_kind import HttpToxicKind
from windtunnel.toxics.chunk import Action

ENDINGS: Mapping[str, Action] = {"reset": Action.RESET, "close": Action.CLOSE}
"""What the caller gets instead, by the word for it."""


class LostAnswerEffect(AnswerEffect):
    """Holds the answer back until it is whole, then ends the connection by `ending`."""

    defaults: ClassVar = {"ending": "reset"}

    @staticmethod
    def mistake(attributes: Mapping[str, Any]) -> str:
        """Return what is wrong, or ""."""
        return "" if attributes["ending"] in ENDINGS else f"ending must be {' or '.join(ENDINGS)}"

    @property
    def committed(self) -> bool:
        """Whether some of the answer is lost already."""
        return self._touched

    def alter(self, part: Part) -> list[Part]:
        """Drop each part; end the connection in the place of the last."""
        self.touch()
        if part.action is not Action.NONE:
            return [Part(part.due, b"", action=part.action)]
        if part.last:
            return [Part(part.due, b"", action=ENDINGS[self.attributes["ending"]])]
        return []


KIND = HttpToxicKind("http_lost_answer", LostAnswerEffect)
