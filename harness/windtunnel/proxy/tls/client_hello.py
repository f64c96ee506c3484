"""Reads a ClientHello by OpenSSL itself, and answers nothing."""

import ssl

from windtunnel.proxy.tls.hello_message import HelloMessage

LIMIT = 64 * 2**10
"""The greatest size in bytes of a ClientHello with all that arrives before its answer."""

SERVER_NAME = 0
"""The extension (RFC 6066, 3)."""
BEFORE_NAME = 5
"""Its bytes before the name: two lengths, and what kind of name it is."""


class NotTls(Exception):
    """What the target sent begins no TLS connection; its text says why."""


class _Peek(ssl.SSLObject):
    """A server that stops at the server name."""

    greeted = False
    server_name = ""


def _stop(peek: ssl.SSLObject, server_name: str | None, context: ssl.SSLContext) -> int:
    if isinstance(peek, _Peek):
        peek.greeted = True
        peek.server_name = (server_name or "").lower().rstrip(".")
    return int(ssl.ALERT_DESCRIPTION_INTERNAL_ERROR)


def peeking() -> ssl.SSLContext:
    """Return a context for `HelloReader`; one serves any number of them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslobject_class = _Peek
    context.sni_callback = _stop
    # Nothing is negotiated here: what is too old for us may suit the dependency.
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


class HelloReader:
    """Collects what the target sends until its ClientHello is whole; no I/O."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.data = bytearray()
        """All bytes so far, for whoever answers them."""
        self._message: HelloMessage | None = HelloMessage()
        """None once it was looked at."""
        self._incoming = ssl.MemoryBIO()
        self._peek = context.wrap_bio(self._incoming, ssl.MemoryBIO(), server_side=True)

    def __repr__(self) -> str:
        return f"<HelloReader {len(self.data)} bytes>"

    def feed(self, data: bytes) -> str | None:
        """Return the server name once it is known ("" where none is asked for), else None.

        Raises NotTls.
        """
        self.data += data
        if len(self.data) > LIMIT:
            raise NotTls(f"no ClientHello in its first {LIMIT} bytes")
        self._look(data)
        self._incoming.write(data)
        try:
            self._peek.do_handshake()
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLError as error:
            if isinstance(self._peek, _Peek) and self._peek.greeted:
                return self._peek.server_name
            raise NotTls(f"no ClientHello: {_reason(error)}") from None
        raise AssertionError("unreachable: _stop lets no handshake succeed")

    def _look(self, data: bytes) -> None:
        """Raise NotTls at a server name outside ASCII: Python's `ssl` prints a traceback at one."""
        if self._message is None:
            return
        self._message.feed(data)
        if not self._message.is_whole:
            return
        name = self._message.extension(SERVER_NAME)[BEFORE_NAME:]
        self._message = None
        if not name.isascii():
            raise NotTls(f"no ClientHello: its server name is {name!r:.99}, expected ASCII")


def _reason(error: ssl.SSLError) -> str:
    known = {
        "HTTP_REQUEST": "it is an HTTP request without TLS",
        "WRONG_VERSION_NUMBER": "it is not TLS",
    }
    return known.get(error.reason or "", (error.reason or str(error)).lower().replace("_", " "))
