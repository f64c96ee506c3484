"""Reads the heads of HTTP/1 messages as leniently as servers and clients do.

What no two of them would read alike (RFC 9112, 6.3 and 11.2: request smuggling) is not guessed at:
`Unreadable` says why.
"""

import re
from dataclasses import dataclass, field

FRAMING = frozenset({b"content-length", b"transfer-encoding"})
"""Headers that tell where a message ends."""
PREFACE = b"PRI * HTTP/2.0"
_METHOD = re.compile(rb"([!-~]+)[ \t]")
_VERSION = re.compile(rb"(\d+(?:\.\d+)?)[ \t]*")
_STATUS_LINE = re.compile(rb"HTTP/(\d+(?:\.\d+)?)[ \t]+(\d{3})(?:[ \t].*)?", re.DOTALL)
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PLAIN_REQUEST = re.compile(
    rb"(" + _TOKEN + rb") ([!-~]+) HTTP/(1\.[01])(\r\n(?:" + _TOKEN + rb":[^\r\n]*\r\n)*)\r\n"
)
_PLAIN_ANSWER = re.compile(
    rb"HTTP/(1\.[01]) (\d{3})(?: [^\r\n]*)?(\r\n(?:" + _TOKEN + rb":[^\r\n]*\r\n)*)\r\n"
)
"""Heads as nearly all are. Others take the way that reads leniently, which costs ten times that."""
_A_REQUEST = re.compile(_TOKEN + rb" [!-~]+ HTTP/1\.\d")
_PART_OF_A_REQUEST = re.compile(rb"(?:" + _TOKEN + rb"(?: (?:[!-~]+(?: [!-~\r]{0,9})?)?)?)?")
_NO_TOKEN = re.compile(rb"[^!-~]")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
LONGEST_NUMBER = 18
"""Digits of a length: beyond, it is none."""


class Unreadable(ValueError):
    """Bytes that are not HTTP/1, or that may mean more than one thing. The text says why."""


@dataclass(slots=True, eq=False)
class Message:
    """A request or an answer, as far as its head has been read."""

    method: str = ""
    path: str = ""
    status: int = 0
    version: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    """As far as they were asked for: `every_header` has all."""
    unread: bytes = b""
    """The header lines of a plain head, which few ask for."""
    headed: bool = False
    """Whether the whole head was read."""
    complete: bool = False
    delimited: bool = True
    """False where only the connection's end ends the body."""
    length: int | None = None
    """Bytes of the body, as the head says; None where it does not."""
    chunked: bool = False

    def header(self, name: str) -> str | None:
        """Return a header's first value, or None."""
        wanted = name.lower()
        for each, value in self.every_header():
            if each.lower() == wanted:
                return value
        return None

    def every_header(self) -> list[tuple[str, str]]:
        """Return each header's name and value, in order."""
        if self.unread:
            _take_fields(self, self.unread.strip(b"\r\n").split(b"\r\n"))
            self.unread = b""
        return self.headers


def check_request_start(start: bytes, *, whole: bool) -> None:
    """Raise Unreadable where a request's first line, as far as it came, can be none."""
    if start[:1] == b"\x16":
        raise Unreadable("it is TLS, which the tap reads only where tls is configured")
    if _CONTROL.search(start) or start[:1] >= b"\x7f":
        raise Unreadable("it is not HTTP/1")
    if whole:
        _request_line(start.removesuffix(b"\r"))


def check_answer_start(start: bytes, *, whole: bool) -> None:
    """Raise Unreadable where an answer's first line, as far as it came, can be none."""
    if start[:5] != b"HTTP/"[: len(start)]:
        raise Unreadable("it is not HTTP/1")
    if whole:
        _status_line(start.removesuffix(b"\r"))


def _request_line(first: bytes) -> tuple[str, str, str]:
    if first.startswith(PREFACE):
        raise Unreadable("it is HTTP/2")
    # Not one expression: what may be blank or path would be tried in every division.
    method = _METHOD.match(first)
    target, _, rest = first[method.end() if method else 0 :].rpartition(b"HTTP/")
    version = _VERSION.fullmatch(rest)
    if method is None or version is None or target[-1:] not in {b" ", b"\t"}:
        raise Unreadable(f"its first line is {_shown(first)}")
    if not version[1].startswith(b"1"):
        raise Unreadable(f"it is HTTP/{version[1][:10].decode()}")
    path = target.strip(b" \t")
    return method[1].decode("latin-1"), path.decode("latin-1"), version[1].decode()


def _status_line(first: bytes) -> tuple[str, int]:
    found = _STATUS_LINE.fullmatch(first)
    if found is None or not found[1].startswith(b"1"):
        raise Unreadable(f"its first line is {_shown(first)}")
    return found[1].decode(), int(found[2])


def begins_request(data: bytes) -> bool | None:
    """Return whether data begins with a request's line; None as long as it may become one."""
    line, newline, _ = data.lstrip(b"\r\n").partition(b"\n")
    if newline:
        return _A_REQUEST.fullmatch(line.removesuffix(b"\r")) is not None
    return None if _PART_OF_A_REQUEST.fullmatch(line) else False


def read_plain_request(message: Message, head: bytes) -> bool:
    """Take what a request's head says; return whether it is plain, and was read at all."""
    plain = _PLAIN_REQUEST.fullmatch(head)
    if plain is None or not _frames_plainly(message, plain[4]):
        return False
    message.method, message.path = plain[1].decode("latin-1"), plain[2].decode("latin-1")
    message.version = plain[3].decode()
    message.headed = True
    return True


def read_plain_answer(message: Message, head: bytes) -> bool:
    """Take what an answer's head says; return whether it is plain, and was read at all."""
    plain = _PLAIN_ANSWER.fullmatch(head)
    if plain is None or not _frames_plainly(message, plain[3]):
        return False
    message.version, message.status = plain[1].decode(), int(plain[2])
    if message.status < 200:
        message.length = None
    message.headed = True
    return True


def read_request_head(message: Message, head: bytes) -> None:
    """Take what a request's head says, whatever its spelling."""
    first, lines = _lines(head)
    check_request_start(first, whole=False)
    message.method, message.path, message.version = _request_line(first)
    _take_fields(message, lines)
    codings = _codings(message)
    lengths = _lengths(message)
    if codings and lengths:
        raise Unreadable("it has both Content-Length and Transfer-Encoding")
    if codings and (codings[-1] != "chunked" or codings.count("chunked") > 1):
        raise Unreadable(f"its Transfer-Encoding is {', '.join(codings)!r:.99}")
    message.chunked = bool(codings)
    message.length = None if codings else _length(lengths)
    message.headed = True


def read_answer_head(message: Message, head: bytes) -> None:
    """Take what an answer's head says, whatever its spelling."""
    first, lines = _lines(head)
    check_answer_start(first, whole=False)
    message.version, message.status = _status_line(first)
    _take_fields(message, lines)
    codings = _codings(message)
    # Here Transfer-Encoding overrides (RFC 9112, 6.3), and so do all clients read it.
    message.chunked = bool(codings) and codings[-1] == "chunked"
    if message.status >= 200 and not codings:
        message.length = _length(_lengths(message))
    message.headed = True


def _frames_plainly(message: Message, fields: bytes) -> bool:
    """Take where the message ends from plain header lines; return whether they say it plainly.

    `fields` begin and end with a line's end.
    """
    lowered = fields.lower()
    lengths = lowered.count(b"\ncontent-length:")
    codings = lowered.count(b"\ntransfer-encoding:")
    if lengths + codings > 1:
        return False
    if lengths:
        text = _plain_value(lowered, b"\ncontent-length:")
        if not (text.isdigit() and len(text) <= LONGEST_NUMBER):
            return False
        message.length = int(text)
    elif codings:
        if _plain_value(lowered, b"\ntransfer-encoding:") != b"chunked":
            return False
        message.chunked = True
    message.unread = fields
    return True


def _plain_value(lowered: bytes, name: bytes) -> bytes:
    start = lowered.index(name) + len(name)
    return lowered[start : lowered.index(b"\r", start)].strip(b" \t")


def _lines(head: bytes) -> tuple[bytes, list[bytes]]:
    first, *lines = [line.removesuffix(b"\r") for line in head.strip(b"\r\n").split(b"\n")]
    return first, lines


def _take_fields(message: Message, lines: list[bytes]) -> None:
    unfolded: list[list[bytes]] = []
    for line in lines:
        if line[:1] in {b" ", b"\t"}:
            if not unfolded:
                raise Unreadable("its first header is folded")
            unfolded[-1].append(line.strip())
        else:
            unfolded.append([line])
    for parts in unfolded:
        name, colon, value = b" ".join(parts).partition(b":")
        if not colon:
            continue  # As most do; it says nothing of where the message ends.
        bare = _NO_TOKEN.sub(b"", name).lower()
        if bare in FRAMING and len(bare) != len(name):
            raise Unreadable(f"its header {_shown(name)} may or may not be {bare.decode()}")
        pair = (name.decode("latin-1"), value.strip(b" \t\r").decode("latin-1"))
        message.headers.append(pair)


def _values(message: Message, wanted: str) -> list[str]:
    """Return every value of a header that may be a list, over several lines."""
    return [
        part.strip(" \t")
        for name, value in message.headers
        if name.lower() == wanted
        for part in value.split(",")
    ]


def _codings(message: Message) -> list[str]:
    """Return what the body is wrapped in: nothing for "identity"."""
    found = (coding.lower() for coding in _values(message, "transfer-encoding"))
    return [coding for coding in found if coding not in {"", "identity"}]


def _lengths(message: Message) -> set[str]:
    return set(_values(message, "content-length"))


def _length(lengths: set[str]) -> int | None:
    """Return the one length there is, however often it is said."""
    if not lengths:
        return None
    if len(lengths) > 1:
        raise Unreadable(f"its lengths differ: {', '.join(sorted(lengths)):.99}")
    (text,) = lengths
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise Unreadable(f"its Content-Length is {text[:40]!r}")
    return int(text)


def _shown(data: bytes) -> str:
    return repr(data[:40].decode("latin-1"))


def is_of_http(request: Message) -> bool:
    """Whether the body of a request is itself of HTTP messages, by its type."""
    return (
        (request.header("content-type") or "").partition(";")[0].strip().lower().endswith("/http")
    )


def waits(request: Message) -> bool:
    """Whether the client waits to be told to go on before it sends the body (RFC 9110, 10.1.1)."""
    return (request.header("expect") or "").lower() == "100-continue"
