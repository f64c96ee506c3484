"""Requests as the bytes of HTTP/1.1, and how their answers are judged."""

from dataclasses import dataclass

from windtunnel.records.request_failure import RequestFailure
from windtunnel.requests.prepared import Prepared
from windtunnel.requests.request_value import Request

_WITH_LENGTH = ("PATCH", "POST", "PUT")
"""Methods whose requests say the length of their body even where there is none."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One request as bytes, and how to judge its answer."""

    wire: bytes
    index: int
    """Which request of the mix it is."""
    verdicts: bytes
    """The `RequestFailure` that each status from 0 to 999 means."""
    timeout: float
    is_head: bool
    """Its answer has no body, whatever its headers say."""
    offers_upgrade: bool
    """101 may answer it."""
    is_plain: bool
    """It is neither of the two."""
    prepared: Prepared
    repeats: bool
    """Whether this very object is sent again."""

    @property
    def path(self) -> str:
        """The path with its query."""
        return self.prepared.path

    @property
    def body(self) -> bytes:
        """The body."""
        return self.prepared.body


class Encoding:
    """How one request of a mix becomes bytes for one host."""

    def __init__(self, request: Request, index: int, host: str, *, keep_alive: bool) -> None:
        self._index = index
        self._host = host
        self._keep_alive = keep_alive
        self._timeout = request.timeout
        self._verdicts = bytes(
            RequestFailure.NONE if request.is_good(status) else RequestFailure.UNEXPECTED_STATUS
            for status in range(1000)
        )

    def __repr__(self) -> str:
        return f"<Encoding of request {self._index} for {self._host}>"

    def of(self, prepared: Prepared, *, repeats: bool = False) -> Encoded:
        """Return a prepared request as bytes. `repeats` says whether they are sent again."""
        given = {name.lower() for name, _ in prepared.headers}
        lines = [f"{prepared.method} {prepared.path} HTTP/1.1"]
        if "host" not in given:
            lines.append(f"host: {self._host}")
        lines += [f"{name}: {value}" for name, value in prepared.headers]
        if not self._keep_alive and "connection" not in given:
            lines.append("connection: close")
        has_body = bool(prepared.body) or prepared.method in _WITH_LENGTH
        if has_body and "content-length" not in given:
            lines.append(f"content-length: {len(prepared.body)}")
        is_head, offers_upgrade = prepared.method == "HEAD", "upgrade" in given
        return Encoded(
            "\r\n".join([*lines, "", ""]).encode("latin-1") + prepared.body,
            self._index,
            self._verdicts,
            self._timeout,
            is_head=is_head,
            offers_upgrade=offers_upgrade,
            is_plain=not is_head and not offers_upgrade,
            prepared=prepared,
            repeats=repeats,
        )
