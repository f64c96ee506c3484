"""The requests of a load: weighted, encoded once before the run, drawn by a seed."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import numpy as np

from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.records.request_failure import RequestFailure

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
HEAVIEST = 1e12
BLOCK = 4096
"""How many requests of an endless mix are drawn at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedRequest:
    """One kind of request and its weight. Raises ConfigurationError where it cannot be sent."""

    path: str = "/"
    """It may contain {field} for each field of `data`."""
    method: str = "GET"
    headers: Mapping[str, str] | tuple[tuple[str, str], ...] = field(default_factory=dict)
    """By name, or as pairs where one name has several values."""
    body: str = ""
    """As UTF-8; with {field} where there is `data`."""
    content: bytes = b""
    """The body as bytes, instead of `body`."""
    weight: float = 1.0
    expect: tuple[int, ...] = ()
    """The statuses that are not errors. Empty: all below 400."""
    timeout: float = 10.0
    """Seconds from the intended start until it has failed."""
    name: str = ""
    """Its name in results. Empty: method and path, or the path alone for GET."""
    data: tuple[Mapping[str, str], ...] = ()
    """Rows whose fields fill path and body. Each row is equally likely."""

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or any(c <= " " or c > "~" for c in self.path):
            raise ConfigurationError(
                f"path {self.path!r}: expected one that starts with '/', in ASCII without spaces"
            )
        if "{" in self.path and not self.data:
            raise ConfigurationError(f"path {self.path!r}: expected data for its fields")
        if self.method not in METHODS:
            raise ConfigurationError(
                f"{self.path}: method {self.method!r}{suggestion(self.method.upper(), METHODS)}"
            )
        self._check_headers()
        if self.body and self.content:
            raise ConfigurationError(f"{self.path}: expected body or content, found both")
        if not _is_utf_8(self.body):
            raise ConfigurationError(f"{self.path}: body {shown(self.body)}: expected UTF-8")
        self._check_length()
        if not self.weight > 0 or self.weight > HEAVIEST:
            raise ConfigurationError(
                f"{self.path}: weight {shown(self.weight)}: expected above zero,"
                f" {HEAVIEST:g} at most"
            )
        if not 0 < self.timeout <= 3600:
            raise ConfigurationError(
                f"{self.path}: timeout {shown(self.timeout)}: expected seconds up to 3600"
            )
        for status in self.expect:
            if status != 101 and not 200 <= status <= 599:
                raise ConfigurationError(
                    f"{self.path}: expect {shown(status)}: expected 101 or 200 to 599"
                )

    def _check_headers(self) -> None:
        for name, value in self.header_lines:
            if not name or any(c in f"{name}{value}" for c in "\r\n\0") or ":" in name:
                raise ConfigurationError(
                    f"{self.path}: header {name!r}: {value!r}: expected one line as Name: value"
                )
            if any(c > "\xff" for c in value) or not name.isascii():
                raise ConfigurationError(
                    f"{self.path}: header {name!r}: {value!r}: expected characters of Latin-1 only"
                )
            if name.lower() == "transfer-encoding":
                raise ConfigurationError(
                    f"{self.path}: header {name!r}: expected none, as bodies have a Content-Length"
                )

    def _check_length(self) -> None:
        """Refuse a Content-Length that is not the body's: the server would wait, or misread."""
        given = [value for name, value in self.header_lines if name.lower() == "content-length"]
        for _, body in self.filled() if given else ():
            if given != [f"{len(body)}"]:
                raise ConfigurationError(
                    f"{self.path}: header Content-Length: {', '.join(given)}: expected"
                    f" {len(body)}, the body's, or none"
                )

    @property
    def header_lines(self) -> tuple[tuple[str, str], ...]:
        """The headers, each name with one value; a name may come again."""
        if isinstance(self.headers, Mapping):
            return tuple(self.headers.items())
        return tuple((name, value) for name, value in self.headers)

    @property
    def label(self) -> str:
        """The name in results."""
        return self.name or (self.path if self.method == "GET" else f"{self.method} {self.path}")

    def filled(self) -> Iterator[tuple[str, bytes]]:
        """Yield each pair of path and body that this request can have."""
        if not self.data:
            yield self.path, self.content or self.body.encode()
        for row in self.data:
            body = self.content or _fill(self, self.body, row, quoted=False).encode()
            yield _fill(self, self.path, row, quoted=True), body


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
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Mix:
    """Requests in proportion to their weights."""

    requests: tuple[WeightedRequest, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.requests) <= 65_535:
            raise ConfigurationError(f"a mix of {len(self.requests)} requests: expected 1 to 65535")

    @property
    def names(self) -> tuple[str, ...]:
        """The requests' names, in order."""
        return tuple(request.label for request in self.requests)

    def order(self, host: str, seed: int, *, keep_alive: bool = True) -> Iterator[Encoded]:
        """Yield requests without end, drawn by `seed`. `host` is the Host header."""
        choices: list[Encoded] = []
        shares: list[float] = []
        for index, request in enumerate(self.requests):
            variants = _encode(request, index, host, keep_alive=keep_alive)
            choices += variants
            shares += [request.weight / len(variants)] * len(variants)
        if len(choices) == 1:
            return itertools.repeat(choices[0])
        # Chained in C: the engine's hot path enters Python once a block, not once a request.
        return itertools.chain.from_iterable(_drawn(choices, shares, seed))


def _drawn(choices: list[Encoded], shares: list[float], seed: int) -> Iterator[list[Encoded]]:
    random = np.random.default_rng(seed)
    edges = np.cumsum(shares)
    while True:
        places = np.searchsorted(edges, random.random(BLOCK) * edges[-1], side="right")
        yield [choices[place] for place in np.minimum(places, len(choices) - 1).tolist()]


def _encode(request: WeightedRequest, index: int, host: str, *, keep_alive: bool) -> list[Encoded]:
    verdicts = bytes(
        RequestFailure.NONE
        if (status in request.expect if request.expect else 200 <= status < 400)
        else RequestFailure.UNEXPECTED_STATUS
        for status in range(1000)
    )
    given = {name.lower() for name, _ in request.header_lines}
    head = [f"{name}: {value}" for name, value in request.header_lines]
    if "host" not in given:
        head.insert(0, f"host: {host}")
    if not keep_alive and "connection" not in given:
        head.append("connection: close")
    is_head = request.method == "HEAD"
    offers_upgrade = "upgrade" in given
    encoded = []
    for path, data in request.filled():
        lines = [f"{request.method} {path} HTTP/1.1", *head]
        has_length = "content-length" in given
        if (data or request.method in ("PATCH", "POST", "PUT")) and not has_length:
            lines.append(f"content-length: {len(data)}")
        wire = "\r\n".join([*lines, "", ""]).encode("latin-1") + data
        encoded.append(
            Encoded(
                wire,
                index,
                verdicts,
                request.timeout,
                is_head=is_head,
                offers_upgrade=offers_upgrade,
                is_plain=not is_head and not offers_upgrade,
                path=path,
                body=data,
            )
        )
    return encoded


def _is_utf_8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_FIELD = re.compile(r"\{(\w+)\}")


def _fill(request: WeightedRequest, text: str, row: Mapping[str, str], *, quoted: bool) -> str:
    """Put a row's fields where `text` names them; other braces, as JSON's, stay.

    In a path each value is percent-encoded, so that it ends neither a segment nor the request line.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in row:
            return quote(row[name], safe="") if quoted else row[name]
        if not name.isidentifier():
            return match[0]
        raise ConfigurationError(
            f"{request.path}: the data has no field {name!r}{suggestion(name, row)}"
        )

    return _FIELD.sub(value, text)
