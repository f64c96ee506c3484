"""Reads which protocols a ClientHello offers by ALPN (RFC 7301), which OpenSSL tells nobody."""

from collections.abc import Sequence

ALPN = 16
RECORD_HEAD = 5
HELLO_HEAD = 4 + 2 + 32
"""The handshake's head, the version and the random bytes."""


def offered_protocols(data: bytes) -> tuple[str, ...]:
    """Return the protocols in a whole ClientHello, the preferred one first; () where none is."""
    try:
        return _protocols(_hello(data))
    except (IndexError, UnicodeDecodeError):
        return ()


def unread_offer(offered: Sequence[str], read: Sequence[str]) -> str:
    """Return why what follows cannot be read, where a target offers nothing that can; else ""."""
    if not offered or not read or set(offered) & set(read):
        return ""
    return (
        f"the target offers {' and '.join(offered)} by ALPN, of which nothing is read here"
        f" ({' and '.join(read)} is): expected the protocol tcp"
    )


def unread_dependency(read: Sequence[str]) -> str:
    """Return what could not be seen of a dependency that speaks nothing that can be read."""
    return f"the dependency does not speak {' or '.join(read)} by ALPN: expected the protocol tcp"


def _hello(data: bytes) -> bytes:
    """Return the handshake message in its records."""
    hello, at = b"", 0
    while at + RECORD_HEAD <= len(data):
        size = int.from_bytes(data[at + 3 : at + RECORD_HEAD])
        hello += data[at + RECORD_HEAD : at + RECORD_HEAD + size]
        at += RECORD_HEAD + size
    return hello


def _protocols(hello: bytes) -> tuple[str, ...]:
    at = HELLO_HEAD
    at += 1 + hello[at]  # session
    at += 2 + int.from_bytes(hello[at : at + 2])  # ciphers
    at += 1 + hello[at]  # compressions
    end = at + 2 + int.from_bytes(hello[at : at + 2])
    at += 2
    while at + 4 <= end:
        kind, size = int.from_bytes(hello[at : at + 2]), int.from_bytes(hello[at + 2 : at + 4])
        if kind == ALPN:
            return _names(hello[at + 6 : at + 4 + size])
        at += 4 + size
    return ()


def _names(listed: bytes) -> tuple[str, ...]:
    found, at = [], 0
    while at < len(listed):
        found.append(listed[at + 1 : at + 1 + listed[at]].decode("ascii"))
        at += 1 + listed[at]
    return tuple(filter(None, found))
