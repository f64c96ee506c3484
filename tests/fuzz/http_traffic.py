"""Makes HTTP/1 traffic of which it is known where each message ends, and damages it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

TOKEN = st.text("abcXYZ019-", min_size=1, max_size=8)
VALUE = st.text("abc :;,=\"'/\t", max_size=20).map(str.strip)
CONTENT = st.binary(max_size=60) | st.sampled_from(
    [b"some content", bytes(range(60)), b"\r\n\r\n", b"0\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"]
)
"""Rather some than none: left alone, hypothesis prefers what is short."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as bytes, and what they are made of."""

    method: str
    path: str
    request: bytes
    request_content: bytes
    status: int
    answer: bytes
    answer_content: bytes


def _head(first: str, fields: Sequence[tuple[str, str]]) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in fields)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


FIELDS = st.lists(st.tuples(TOKEN.map("X-{}".format), VALUE), max_size=3)


@st.composite
def _chunked(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Return a body in chunks, some with extensions, and its content."""
    body, content = b"", b""
    for piece in draw(st.lists(CONTENT.filter(bool), max_size=4)):
        extension = draw(st.sampled_from(["", ";a=1", ";name=value"]))
        body += f"{len(piece):x}{extension}\r\n".encode() + piece + b"\r\n"
        content += piece
    trailers = "".join(f"{name}: {value}\r\n" for name, value in draw(FIELDS)).encode("latin-1")
    return body + b"0\r\n" + trailers + b"\r\n", content


@st.composite
def _message(draw: st.DrawFn, first: str, *, bodiless: bool = False) -> tuple[bytes, bytes]:
    """Return a message with some body, and its content."""
    fields = draw(FIELDS)
    kind = draw(st.sampled_from(["length", "chunked"]))
    if kind == "chunked":
        body, content = draw(_chunked())
        framing = ("Transfer-Encoding", "chunked")
    else:
        body = content = draw(CONTENT)
        framing = ("Content-Length", str(len(body)))
    fields.insert(draw(st.integers(0, len(fields))), framing)
    head = _head(first, fields)
    return (head, b"") if bodiless else (head + body, content)


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    """Return an exchange on a connection that stays open."""
    method = draw(st.sampled_from(METHODS))
    path = "/" + draw(TOKEN)
    first = f"{method} {path} HTTP/1.1"
    if method in {"GET", "HEAD"} or draw(st.booleans()):
        request, request_content = _head(first, draw(FIELDS)), b""
    else:
        request, request_content = draw(_message(first))
    status = draw(st.sampled_from([200, 200, 201, 204, 304, 404, 503]))
    answer, content = draw(
        _message(f"HTTP/1.1 {status} Phrase", bodiless=method == "HEAD" or status == 304)
    )
    if status == 204:
        answer, content = _head("HTTP/1.1 204 No Content", draw(FIELDS)), b""
    if draw(st.integers(0, 5)) == 0:
        answer = _head("HTTP/1.1 103 Early Hints", draw(FIELDS)) + answer
    return Exchange(method, path, request, request_content, status, answer, content)


PIPELINES = st.lists(exchanges(), min_size=2, max_size=5)


@st.composite
def _damages(draw: st.DrawFn) -> tuple[int, int, bytes]:
    """Return a place (in thousandths), how many bytes go there, and what comes."""
    interesting = [b"\r\n", b"\n", b"\0", b"\r\n\r\n", b"999999999", b"HTTP/1.1 ", b"chunked", b":"]
    new = draw(st.binary(max_size=20) | st.sampled_from(interesting))
    return draw(st.integers(0, 1000)), draw(st.integers(0, 30)), new


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Return the data with some bytes changed, dropped or inserted; sometimes with none."""
    found = bytearray(data)
    for place, gone, new in draw(st.lists(_damages(), max_size=6)):
        start = len(found) * place // 1000
        found[start : start + gone] = new
    return bytes(found)


def pieces(data: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    """Cut data into pieces of these sizes, over and over."""
    place = 0
    while data:
        size = sizes[place % len(sizes)]
        yield data[:size]
        data = data[size:]
        place += 1


SIZES = st.lists(st.sampled_from([1, 2, 3, 7, 20, 50, 200, 1000]), min_size=1, max_size=4)
