"""`http_delay`: the answer comes late."""

from typing import ClassVar

from windtunnel.protocols.http.answer_effect import AnswerEffect, Part
from windtunnel.protocols.http.http_toxic_kind import HttpToxicKind


class DelayEffect(AnswerEffect):
    """Delays the whole answer by `latency` ms, give or take up to `jitter` ms."""

    defaults: ClassVar = {"latency": 0, "jitter": 0}
    _delay: float | None = None

    def alter(self, part: Part) -> list[Part]:
        """Delay each part by as much as the first."""
        if self._delay is None:
            jitter = self.attributes["jitter"]
            milliseconds = self.attributes["latency"]
            if jitter:
                milliseconds += self.chance.uniform(-jitter, jitter)
            self._delay = max(0.0, milliseconds / 1000)
        if self._delay:
            self.touch()
        part.due += self._delay
        return [part]


KIND = HttpToxicKind("http_delay", DelayEffect)
