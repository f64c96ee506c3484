"""Which requests an HTTP toxic strikes; a seeded decision, apart from what it does to them."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httptools

from windtunnel.protocols.http.message_heads import Message
from windtunnel.toxics.toxic_kind import ExchangeTally


@dataclass(frozen=True, slots=True)
class RequestSelection:
    """Of the requests that match, those that are struck."""

    defaults: ClassVar[Mapping[str, int | float | str]] = {
        "first": 0,
        "every": 1,
        "probability": 1.0,
        "method": "",
        "path": "",
        "header": "",
    }

    first: int
    """Only so many, counted from the toxic's beginning over all connections; 0 means no limit."""
    every: int
    """Only each of this number: 3 strikes the third, the sixth and so on."""
    probability: float
    method: str
    """Only this method; empty means any."""
    path: str
    """Only paths that begin so."""
    header: str
    """Only requests with this header: "Name", or "Name: value"."""

    @classmethod
    def of(cls, attributes: Mapping[str, Any]) -> "RequestSelection":
        """Return the selection that a toxic's attributes describe."""
        return cls(**{name: attributes[name] for name in cls.defaults})

    @property
    def mistake(self) -> str:
        """What is wrong with it, or ""."""
        if self.first < 0:
            return "first must not be negative"
        if self.every < 1:
            return "every must be 1 or more"
        if not 0 <= self.probability <= 1:
            return "probability must be from 0 to 1"
        return ""

    def matches(self, request: Message) -> bool:
        """Whether the method, the path and the header are those asked for."""
        if self.method and request.method != self.method.upper():
            return False
        if self.path and not _path(request.path).startswith(self.path):
            return False
        name, colon, wanted = self.header.partition(":")
        if not name:
            return True
        return any(
            each.lower() == name.strip().lower() and (not colon or value == wanted.strip())
            for each, value in request.every_header()
        )

    def strikes(
        self, request: Message, tally: ExchangeTally, draw: Callable[[], random.Random]
    ) -> bool:
        """Decide on a request, and count it. `draw` gives its own chance, made from the seed."""
        if not self.matches(request):
            return False
        tally.matched += 1
        if self.first and tally.matched > self.first:
            return False
        if tally.matched % self.every:
            return False
        # Not drawn where nothing hangs on it: seeding takes longer than all the rest.
        return self.probability >= 1 or draw().random() < self.probability


def _path(target: str) -> str:
    """Return the path of a request's target, which may be a whole URL (RFC 9112, 3.2.2)."""
    if target.startswith("/"):
        return target
    try:
        return (httptools.parse_url(target.encode("latin-1")).path or b"/").decode("latin-1")
    except httptools.HttpParserInvalidURLError:
        return target
