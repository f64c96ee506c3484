"""Reads the recorded fields of one HTTP/1 request, in bounded memory."""

import json

from windtunnel.protocols.http.message_heads import Message
from windtunnel.protocols.http.message_segment import MessageSegment
from windtunnel.protocols.request_fields import RequestFields
from windtunnel.records import FieldState, RecordedField

BODY_LIMIT = 64 * 2**10
"""Bytes of a body that are read for its fields; those of a longer one are unread."""


class FieldReader:
    """The fields of one request, as far as it came."""

    def __init__(self, wanted: RequestFields, request: Message) -> None:
        self._wanted = wanted
        self._request = request
        self._headers = tuple(wanted.of_headers(self._header))
        self._body = bytearray()
        encoded = (request.header("content-encoding") or "identity").strip().lower() != "identity"
        self._unreadable = encoded or (request.length or 0) > BODY_LIMIT
        self.fields = self._with_body(FieldState.UNREAD)
        """All that are asked for; those of the body are unread until it is whole."""

    def __repr__(self) -> str:
        return f"<FieldReader of {self._wanted.names}>"

    def take(self, segment: MessageSegment) -> None:
        """Read a piece of the request, whose head is there."""
        if not self._wanted.need_body:
            return
        if not self._unreadable:
            self._body += segment.data[: segment.content]
            if len(self._body) > BODY_LIMIT:
                self._unreadable = True
                self._body.clear()
        if segment.last and not self._unreadable:
            self.fields = self._read()

    def _read(self) -> tuple[RecordedField, ...]:
        if not self._body:
            announced = self._request.length or self._request.chunked
            return self._with_body(FieldState.UNREAD if announced else FieldState.ABSENT)
        try:
            value = json.loads(bytes(self._body))
        except (ValueError, RecursionError):
            return self._with_body(FieldState.UNREAD)
        return (*self._headers, *self._wanted.of_json(value))

    def _with_body(self, state: FieldState) -> tuple[RecordedField, ...]:
        return (*self._headers, *self._wanted.of_body(state))

    def _header(self, name: str) -> str | None:
        """Return a header's values as one (RFC 9110, 5.3)."""
        found = [value for each, value in self._request.every_header() if each.lower() == name]
        return ", ".join(found) if found else None
