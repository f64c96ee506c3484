"""Which fields of requests are recorded, and in which form; for any protocol that has such."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from windtunnel.records import FieldState, RecordedField, digest

CLEAR_KEPT = 200
"""Characters of a value in clear that are kept; a digest stands for the rest."""


@dataclass(frozen=True, slots=True)
class RequestFields:
    """The fields to record, by their names in records, and the key of their digests."""

    hashed: tuple[str, ...]
    clear: tuple[str, ...]
    key: str

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(dict.fromkeys((*self.hashed, *self.clear)))

    @property
    def need_body(self) -> bool:
        """Whether some are in the body."""
        return any(name.startswith("json:") for name in self.names)

    def of_headers(self, header: Callable[[str], str | None]) -> Iterator[RecordedField]:
        """Give the fields that are headers; `header` returns one's value, or None."""
        for name in self.names:
            if name.startswith("header:"):
                yield self._field(name, header(name.removeprefix("header:")))

    def of_json(self, value: Any) -> Iterator[RecordedField]:  # noqa: ANN401 - any JSON
        """Give the fields of a body that is JSON."""
        for name in self.names:
            if name.startswith("json:"):
                yield self._field(name, _text_at(value, name.removeprefix("json:")))

    def of_body(self, state: FieldState) -> Iterator[RecordedField]:
        """Give the fields of a body that is not there, or that cannot be read."""
        for name in self.names:
            if name.startswith("json:"):
                yield RecordedField(name=name, state=state)

    def _field(self, name: str, text: str | None) -> RecordedField:
        if text is None:
            return RecordedField(name=name, state=FieldState.ABSENT)
        return RecordedField(name=name, state=FieldState.PRESENT, value=self._shown(name, text))

    def _shown(self, name: str, text: str) -> str:
        if name not in self.clear:
            return digest(text, self.key)
        # Half of a surrogate pair could not be handed on.
        written = text.encode("utf-8", "backslashreplace").decode()
        if len(written) <= CLEAR_KEPT:
            return written
        return f"{written[:CLEAR_KEPT]}…{digest(text, self.key)}"


def _text_at(value: Any, path: str) -> str | None:  # noqa: ANN401 - any JSON
    """Return what is at a path such as "order.lines.0.id", as text; None where nothing is."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and len(part) < 7:
            value = value[int(part)] if int(part) < len(value) else None
        else:
            return None
    return None if value is None else as_text(value)


def as_text(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return a JSON value as text; 7 and "7" are alike, for two programs may write it so."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
