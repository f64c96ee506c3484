"""`http_drip`: the answer comes in drops."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from windtunnel.protocols.http.answer_effect import AnswerEffect, Part
from windtunnel.protocols.http.http_toxic_kind import HttpToxicKind
from windtunnel.toxics.chunk import Action

INTERVAL = 0.05
"""Seconds between two drops, unless one byte takes longer."""


class DripEffect(AnswerEffect):
    """Lets the answer through at `rate` bytes a second, its head as well."""

    defaults: ClassVar = {"rate": 1}
    _free = 0.0
    """When the last drop had passed."""

    @staticmethod
    def mistake(attributes: Mapping[str, Any]) -> str:
        """Return what is wrong, or ""."""
        return "" if attributes["rate"] >= 1 else "rate must be 1 or more"

    def alter(self, part: Part) -> list[Part]:
        """Cut a part into drops, each due when its last byte has had time to pass."""
        rate = self.attributes["rate"]
        size = max(1, int(rate * INTERVAL))
        self._free = max(self._free, part.due)
        drops = []
        for start in range(0, len(part.data), size):
            data = part.data[start : start + size]
            self._free += len(data) / rate
            content = min(max(0, part.content - start), len(data))
            drops.append(
                replace(
                    part, due=self._free, data=data, content=content, action=Action.NONE, last=False
                )
            )
            self.touch()
        if not drops or part.action is not Action.NONE:
            drops.append(replace(part, due=self._free, data=b"", content=0))
        drops[-1].last = part.last
        return drops


KIND = HttpToxicKind("http_drip", DripEffect)
