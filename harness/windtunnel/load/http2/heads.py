"""The header fields of requests in HTTP/2, made once for each that is sent again."""

from windtunnel.load.destination import Destination
from windtunnel.load.encoding import Encoded

Head = list[tuple[str, str]]

CONNECTION_ONLY = frozenset(
    {"connection", "host", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}
)
"""Fields of HTTP/1.1's connection, which HTTP/2 forbids (RFC 9113, 8.2.2), and Host."""


class Heads:
    """Makes the head of each request that is sent again once, and keeps it."""

    def __init__(self, destination: Destination) -> None:
        self._to = destination
        # By identity: an encoded request is one object for the whole run.
        self._made: dict[int, Head] = {}

    def __repr__(self) -> str:
        return f"<Heads of {len(self._made)} requests>"

    def of(self, item: Encoded) -> Head:
        """Return the request's pseudo-header and header fields, in order."""
        if not item.repeats:
            return self._make(item)
        head = self._made.get(id(item))
        if head is None:
            head = self._made[id(item)] = self._make(item)
        return head

    def _make(self, item: Encoded) -> Head:
        lines = [(name.lower(), value) for name, value in item.prepared.headers]
        given = dict(lines)
        head = [
            (":method", item.prepared.method),
            (":authority", given.get("host", self._to.host_header)),
            (":scheme", self._to.scheme),
            (":path", item.path),
        ]
        head += [(name, value) for name, value in lines if name not in CONNECTION_ONLY]
        if item.body and "content-length" not in given:
            head.append(("content-length", f"{len(item.body)}"))
        return head
