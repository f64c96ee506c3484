"""The requests of a load: weighted, encoded once before the run, drawn by a seed."""

import itertools
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from windtunnel.errors import ConfigurationError, suggestion
from windtunnel.records.request_failure import RequestFailure

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
BLOCK = 4096
"""How many requests of an endless mix are drawn at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedRequest:
    """One kind of request and its weight. Raises ConfigurationError where it cannot be sent."""

    path: str = "/"
    """It may contain {field} for each field of `data`."""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    """As UTF-8; with {field} where there is `data`."""
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
        for name, value in self.headers.items():
            if not name or any(c in f"{name}{value}" for c in "\r\n\0") or ":" in name:
                raise ConfigurationError(
                    f"{self.path}: header {name!r}: {value!r}: expected one line as Name: value"
                )
        if not self.weight > 0 or self.weight == float("inf"):
            raise ConfigurationError(f"{self.path}: weight {self.weight!r}: expected above zero")
        if not 0 < self.timeout <= 3600:
            raise ConfigurationError(
                f"{self.path}: timeout {self.timeout!r}: expected seconds up to 3600"
            )
        for status in self.expect:
            if status != 101 and not 200 <= status <= 599:
                raise ConfigurationError(
                    f"{self.path}: expect {status!r}: expected 101 or 200 to 599"
                )

    @property
    def label(self) -> str:
        """The name in results."""
        return self.name or (self.path if self.method == "GET" else f"{self.method} {self.path}")

    def filled(self) -> Iterator[tuple[str, str]]:
        """Yield each pair of path and body that this request can have."""
        if not self.data:
            yield self.path, self.body
        for row in self.data:
            yield _fill(self, self.path, row), _fill(self, self.body, row)


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
    given = {name.lower() for name in request.headers}
    head = [f"{name}: {value}" for name, value in request.headers.items()]
    if "host" not in given:
        head.insert(0, f"host: {host}")
    if not keep_alive and "connection" not in given:
        head.append("connection: close")
    is_head = request.method == "HEAD"
    offers_upgrade = "upgrade" in given
    encoded = []
    for path, body in request.filled():
        data = body.encode()
        lines = [f"{request.method} {path} HTTP/1.1", *head]
        if data or request.method in ("PATCH", "POST", "PUT"):
            lines.append(f"content-length: {len(data)}")
        wire = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + data
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


def _fill(request: WeightedRequest, text: str, row: Mapping[str, str]) -> str:
    """Put a row's fields where `text` names them; other braces, as JSON's, stay."""
    for name, value in row.items():
        text = text.replace("{" + name + "}", value)
    missing = [name for _, name, _, _ in _fields(text) if name and name.isidentifier()]
    if missing:
        raise ConfigurationError(
            f"{request.path}: the data has no field {missing[0]!r}{suggestion(missing[0], row)}"
        )
    return text


def _fields(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(string.Formatter().parse(text))
    except ValueError:
        return []  # braces that are no field, as JSON's
