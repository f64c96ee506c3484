"""One kind of request as a value: what is sent, and which answers are good ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.requests.prepared import Preparation

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
HEAVIEST = 1e12
LONGEST = 3600.0
"""Seconds that a request may take at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, with placeholders. Raises ConfigurationError where it cannot be sent.

    The path, the headers' values and the texts in `json` and `form` may contain {n}, the request's
    number in its run; {int:1..9}, a whole number from 1 to 9; {uuid}; {env:NAME}, a variable of the
    environment; and each field of `data`. All are drawn from the run's seed. `{{` is a brace. A
    text in `json` that is {n} or {int:1..9} alone becomes a number.
    """

    path: str = "/"
    method: str = "GET"
    headers: Mapping[str, str] | tuple[tuple[str, str], ...] = field(
        default_factory=dict, repr=False
    )
    """By name, or as pairs where one name has several values."""
    json: object = field(default=None, repr=False)
    """A body as JSON, sent as application/json. None: no such body."""
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    """A body as a form's fields, sent as application/x-www-form-urlencoded."""
    body: str = field(default="", repr=False)
    """A body as UTF-8, as it is; where there is `data`, with its {field}s."""
    content: bytes = field(default=b"", repr=False)
    """A body as bytes, as it is."""
    weight: float = 1.0
    """How often it is sent, in proportion to the others of a mix."""
    expect: tuple[int, ...] = ()
    """The statuses of good answers. Empty: all below 400."""
    timeout: float = 10.0
    """Seconds after which it has failed; in an open loop, from when it was due."""
    keep_body: bool = False
    """Whether the bodies of its answers are kept in the responses of `drive` and `load`: those up
    to 64 KiB, of a run's first 10,000 requests."""
    name: str = ""
    """Its name in results. Empty: method and path, or the path alone for GET."""
    data: tuple[Mapping[str, str], ...] = ()
    """Rows whose fields fill it. Each row is equally likely."""

    def __post_init__(self) -> None:
        self._check_types()
        if not self.path.startswith("/") or any(c <= " " or c > "~" for c in self.path):
            raise ConfigurationError(
                f"path {self.path!r}: expected one that starts with '/', in ASCII without spaces"
            )
        if self.method not in METHODS:
            raise ConfigurationError(
                f"{self.path}: method {self.method!r}{suggestion(self.method.upper(), METHODS)}"
            )
        self._check_headers()
        self._check_body()
        if not self.weight > 0 or self.weight > HEAVIEST:
            raise ConfigurationError(
                f"{self.path}: weight {shown(self.weight)}: expected above zero,"
                f" {HEAVIEST:g} at most"
            )
        if not 0 < self.timeout <= LONGEST:
            raise ConfigurationError(
                f"{self.path}: timeout {shown(self.timeout)}: expected seconds up to {LONGEST:g}"
            )
        for status in self.expect:
            if status != 101 and not 200 <= status <= 599:
                raise ConfigurationError(
                    f"{self.path}: expect {shown(status)}: expected 101 or 200 to 599"
                )
        Preparation(self)  # whose placeholders must be known

    def _check_types(self) -> None:
        """Refuse what is of another kind than it must be: annotations are not held at run time."""
        for name, kinds, expected in _KINDS:
            value = getattr(self, name)
            if not isinstance(value, kinds) or isinstance(value, bool) is not (kinds is bool):
                raise ConfigurationError(f"request: {name} {shown(value)}: expected {expected}")
        texts: list[object] = [*self.form, *self.form.values()]
        texts += (each for pair in self._pairs() for each in pair)
        for row in self.data:
            texts += [*row, *row.values()] if isinstance(row, Mapping) else [row]
            if isinstance(row, Mapping) and set(row) != set(self.data[0]):
                raise ConfigurationError(
                    f"request {self.path}: data: expected the same fields in each row, found"
                    f" {shown(sorted(map(str, row)))} after {shown(sorted(map(str, self.data[0])))}"
                )
        for text in texts:
            if not isinstance(text, str):
                raise ConfigurationError(f"request {self.path}: {shown(text)}: expected text")
        for status in self.expect:
            if not isinstance(status, int):
                raise ConfigurationError(f"{self.path}: expect {shown(status)}: expected a status")

    def _pairs(self) -> tuple[tuple[object, object], ...]:
        try:
            return tuple((name, value) for name, value in self.header_lines)
        except (TypeError, ValueError):
            raise ConfigurationError(
                f"request: headers {shown(self.headers)}: expected a value for each name"
            ) from None

    def _check_headers(self) -> None:
        for name, value in self.header_lines:
            if not name or any(c in f"{name}{value}" for c in "\r\n\0") or ":" in name:
                raise ConfigurationError(
                    f"{self.path}: header {name!r}: expected one line as Name: value"
                )
            if any(c > "\xff" for c in value) or not name.isascii():
                raise ConfigurationError(
                    f"{self.path}: header {name!r}: expected characters of Latin-1 only"
                )
            if name.lower() == "transfer-encoding":
                raise ConfigurationError(
                    f"{self.path}: header {name!r}: expected none, as bodies have a Content-Length"
                )

    def _check_body(self) -> None:
        bodies = {
            "json": self.json is not None,
            "form": bool(self.form),
            "body": bool(self.body),
            "content": bool(self.content),
        }
        given = [name for name, is_given in bodies.items() if is_given]
        if len(given) > 1:
            raise ConfigurationError(
                f"{self.path}: expected one of json, form, body and content, found"
                f" {' and '.join(given)}"
            )
        try:
            self.body.encode()
        except UnicodeEncodeError:
            raise ConfigurationError(f"{self.path}: body: expected UTF-8") from None

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

    @property
    def texts(self) -> Iterator[str]:
        """Every text that may have placeholders."""
        yield self.path
        yield from (value for _, value in self.header_lines)
        yield from self.form.values()
        yield from _texts(self.json)

    def is_good(self, status: int) -> bool:
        """Return whether an answer of this status is what the caller wanted."""
        return status in self.expect if self.expect else 200 <= status < 400


_KINDS: tuple[tuple[str, type | tuple[type, ...], str], ...] = (
    ("path", str, "a text"),
    ("method", str, "a text"),
    ("headers", (Mapping, tuple), "a table"),
    ("form", Mapping, "a table"),
    ("body", str, "a text"),
    ("content", bytes, "bytes"),
    ("weight", (int, float), "a number"),
    ("expect", tuple, "a tuple of statuses"),
    ("timeout", (int, float), "seconds"),
    ("keep_body", bool, "True or False"),
    ("name", str, "a text"),
    ("data", tuple, "a tuple of rows"),
)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
