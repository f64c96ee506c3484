"""Reads which protocols a ClientHello offers by ALPN (RFC 7301), which OpenSSL tells nobody."""

from collections.abc import Sequence

from windtunnel.proxy.tls.hello_message import HelloMessage

ALPN = 16


def offered_protocols(data: bytes) -> tuple[str, ...]:
    """Return the protocols in a whole ClientHello, the preferred one first; () where none is."""
    message = HelloMessage()
    message.feed(data)
    try:
        return _names(message.extension(ALPN)[2:])
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


def _names(listed: bytes) -> tuple[str, ...]:
    found, at = [], 0
    while at < len(listed):
        found.append(listed[at + 1 : at + 1 + listed[at]].decode("ascii"))
        at += 1 + listed[at]
    return tuple(filter(None, found))
