"""A conversation of each protocol whose calls are told apart, as its programs have it."""

from tests.protocols.postgresql.conversations import CONVERSATION as POSTGRESQL

Turn = tuple[bool, bytes]
"""Bytes of the client (True) or of the server."""

BODY = b'{"a": "\r\n\r\n"}'
HTTP: list[Turn] = [
    (True, b"GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n"),
    (False, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    (True, b"POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY),
    (False, b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
    (True, b"HEAD /c HTTP/1.1\r\nHost: a\r\n\r\nDELETE /d HTTP/1.1\r\nHost: a\r\n\r\n"),
    (False, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 None\r\n\r\n"),
]
REDIS: list[Turn] = [
    (True, b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n"),
    (False, b"%1\r\n$6\r\nserver\r\n$5\r\nredis\r\n"),
    (True, b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"),
    (False, b"$7\r\n*1\r\n+OK\r\n"),
    (True, b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\n\r\n\r\n*2\r\n$4\r\nINCR\r\n$1\r\na\r\n"),
    (False, b"+OK\r\n-ERR not an integer\r\n"),
    (True, b"*2\r\n$7\r\nHGETALL\r\n$1\r\nh\r\n"),
    (False, b">2\r\n+invalidate\r\n*1\r\n+a\r\n%1\r\n+f\r\n$1\r\nv\r\n"),
]
CONVERSATIONS = {"http": HTTP, "postgresql": POSTGRESQL, "redis": REDIS}
