"""`http_status`: an answer that the dependency never gave."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from windtunnel.protocols.http.answer_effect import AnswerEffect, Part
from windtunnel.protocols.http.http_toxic_kind import HttpToxicKind
from windtunnel.protocols.http.message_heads import Message, waits
from windtunnel.toxics.chunk import Action

BODILESS = (204, 205, 304)
"""Statuses whose answers have no content (RFC 9110, 15.3.5, 15.3.6 and 15.4.5)."""


class StatusEffect(AnswerEffect):
    """Answers with `status` and `body`; the dependency does not get the request."""

    defaults: ClassVar = {"status": 503, "body": "a fault that was injected on purpose\n"}

    @staticmethod
    def mistake(attributes: Mapping[str, Any]) -> str:
        """Return what is wrong, or ""."""
        return "" if 200 <= attributes["status"] <= 599 else "status must be from 200 to 599"

    def instead(self, request: Message, now: float) -> list[Part] | None:
        """Answer, and keep the connection as the request asks for."""
        status = self.attributes["status"]
        body = b"" if status in BODILESS else self.attributes["body"].encode()
        closing = _closes(request)
        lines = [
            f"HTTP/1.1 {status} {_phrase(status)}",
            "Content-Type: text/plain; charset=utf-8",
            # What marks the answer as ours, for whoever reads the target's log.
            "Windtunnel-Fault: http_status",
        ]
        if status not in {204, 304}:
            lines.append(f"Content-Length: {len(body)}")
        if closing:
            lines.append("Connection: close")
        elif request.version == "1.0":
            lines.append("Connection: keep-alive")
        self.touch()
        parts = [Part(now, "\r\n".join([*lines, "", ""]).encode("latin-1"))]
        if body and request.method != "HEAD":
            parts.append(Part(now, body, len(body)))
        if closing:
            parts.append(Part(now, b"", action=Action.CLOSE))
        return parts


def _closes(request: Message) -> bool:
    """Whether the connection ends with this exchange (RFC 9112, 9.3)."""
    tokens = [
        token.strip().lower() for token in (request.header("connection") or "").split(",") if token
    ]
    if waits(request):
        # It may or may not send its body now: nobody could say what follows.
        return True
    return "close" in tokens or (request.version == "1.0" and "keep-alive" not in tokens)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Injected"


KIND = HttpToxicKind("http_status", StatusEffect)
