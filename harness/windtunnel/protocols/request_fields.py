"""Which fields of requests are recorded, and in which form; for any protocol that has such."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from windtunnel.records import FieldState, RecordedField
from windtunnel.records.field_values import digest, in_clear, text_at


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
                yield self._field(name, text_at(value, name.removeprefix("json:")))

    def of_body(self, state: FieldState) -> Iterator[RecordedField]:
        """Give the fields of a body that is not there, or that cannot be read."""
        for name in self.names:
            if name.startswith("json:"):
                yield RecordedField(name=name, state=state)

    def _field(self, name: str, text: str | None) -> RecordedField:
        if text is None:
            return RecordedField(name=name, state=FieldState.ABSENT)
        value = in_clear(text, self.key) if name in self.clear else digest(text, self.key)
        return RecordedField(name=name, state=FieldState.PRESENT, value=value)
