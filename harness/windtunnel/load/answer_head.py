"""The answers whose end follows from their head: to HEAD, and those that last to the close."""

from collections.abc import Callable

import httptools


class HeadAnswer:
    """A parser's handler that takes the end of the headers for the end of the answer."""

    def __init__(self, complete: Callable[[], None]) -> None:
        self.on_headers_complete = complete

    def __repr__(self) -> str:
        return "<HeadAnswer>"


def status_until_close(head: bytes) -> int:
    """Return the status of an answer whose body ends with the connection; 0 for any other.

    That is one with neither a length nor chunks (RFC 9112, 6.3). `head` are its first bytes.
    """
    headers = _Headers()
    parser = httptools.HttpResponseParser(headers)
    try:
        parser.feed_data(head)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return 0
    if not headers.is_complete or headers.names & {b"content-length", b"transfer-encoding"}:
        return 0
    return int(parser.get_status_code())


class _Headers:
    def __init__(self) -> None:
        self.names: set[bytes] = set()
        self.is_complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.names.add(name.lower())

    def on_headers_complete(self) -> None:
        self.is_complete = True
