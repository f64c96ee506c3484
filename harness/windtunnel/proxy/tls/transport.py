"""TLS between a socket's transport and a side of a link, which sees plain bytes and half-closes."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

from windtunnel.proxy.tls.client_authentication import shown_certificate

PIECE = 2**18


class TlsTransport(asyncio.Transport):
    """What a side of a link takes for its transport.

    Whoever has the socket's protocol feeds it. Nothing may be written before `shake` has returned
    True. Reading is paused at the socket: what was decrypted already waits here, and that is no
    more than the socket gave at once.
    """

    def __init__(self, raw: asyncio.Transport, side: asyncio.Protocol) -> None:
        super().__init__()
        self.raw = raw
        self._side = side
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self.on_refused: Callable[[ssl.SSLError], None] | None = None
        """Called where the peer refuses the handshake after it was over for us, as in TLS 1.3."""
        self._shaken = self._was_read = False
        self.was_fed = False
        """Whether anything came from the peer after the handshake, if only tickets for the next."""
        self._paused = False
        self._stash: list[bytes] = []
        self._ended = False
        """Whether the peer has ended its direction."""
        self._end_reported = False
        self._closed = False
        """Whether our own direction is ended."""

    def __repr__(self) -> str:
        return f"<TlsTransport {'open' if self._shaken else 'shaking'} of {self.raw!r}>"

    # The handshake.

    def begin(
        self, context: ssl.SSLContext, *, server_side: bool, server_name: str | None = None
    ) -> None:
        """Begin a handshake."""
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_side=server_side, server_hostname=server_name
        )

    def shake(self, data: bytes) -> bool:
        """Go on with the handshake; True once it is over. Raises ssl.SSLError, the alert sent."""
        assert self._tls is not None  # noqa: S101 - begun before
        self._incoming.write(data)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        finally:
            self._flush()
        self._shaken = True
        return True

    @property
    def version(self) -> str:
        """The protocol's version once the handshake is over, such as "TLSv1.3"."""
        return (self._tls and self._tls.version()) or ""

    @property
    def protocol(self) -> str:
        """What ALPN chose, or ""."""
        return (self._tls and self._tls.selected_alpn_protocol()) or ""

    @property
    def shown_certificate(self) -> str:
        """Whose certificate the peer showed, or ""."""
        return shown_certificate(self._tls) if self._tls else ""

    # From the peer.

    def feed(self, data: bytes) -> None:
        """Take what the socket received, after the handshake, and give on what was in it."""
        self._incoming.write(data)
        self.was_fed = self.was_fed or bool(data)
        try:
            self._decrypt()
        except ssl.SSLError as error:
            if self.on_refused is not None and not self._was_read:
                self.on_refused(error)
            self._lose(error)
            return
        finally:
            self._flush()
        self._give()

    def _lose(self, error: ssl.SSLError) -> None:
        """Report that nothing can be read or written any more."""
        self._closed = True
        self._side.connection_lost(error)

    def feed_eof(self) -> None:
        """Note that the peer's socket has ended, be it without an end in TLS."""
        self._ended = True
        self._give()

    def _decrypt(self) -> None:
        assert self._tls is not None  # noqa: S101 - begun before
        while not self._ended:
            try:
                data = self._tls.read(PIECE)
            except ssl.SSLWantReadError:
                return
            except ssl.SSLZeroReturnError:
                data = b""
            if data:
                self._was_read = self.was_fed = True
                self._stash.append(data)
            else:
                self._ended = True

    def _give(self) -> None:
        while self._stash and not self._paused:
            self._side.data_received(self._stash.pop(0))
        if self._ended and not self._stash and not self._paused and not self._end_reported:
            self._end_reported = True
            self._side.eof_received()

    def pause_reading(self) -> None:
        """Give nothing on until `resume_reading`."""
        self._paused = True
        self.raw.pause_reading()

    def resume_reading(self) -> None:
        """Go on."""
        self._paused = False
        self._give()
        if not self._paused and not self.raw.is_closing():
            self.raw.resume_reading()

    # To the peer.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Encrypt and send."""
        if self._closed or self._tls is None:
            return
        try:
            self._tls.write(data)
        except ssl.SSLError as error:
            self._lose(error)
        self._flush()

    def _flush(self) -> None:
        if self._outgoing.pending and not self.raw.is_closing():
            self.raw.write(self._outgoing.read())

    def can_write_eof(self) -> bool:
        """Whether `write_eof` works."""
        return True

    def write_eof(self) -> None:
        """End our direction alone, in TLS (close_notify) and at the socket."""
        self._notify()
        if not self.raw.is_closing():
            self.raw.write_eof()

    def _notify(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._tls is None or not self._shaken:
            return
        try:
            # Reads as well, which would fail on data: there is none, it was all decrypted.
            self._tls.unwrap()
        except ssl.SSLWantReadError:
            pass  # the peer's own end is not here yet
        except ssl.SSLError as error:
            self._lose(error)
        self._flush()

    def close(self) -> None:
        """End both directions in order, once what was written has gone."""
        self._notify()
        self.raw.close()

    def abort(self) -> None:
        """End at once."""
        self.raw.abort()

    def is_closing(self) -> bool:
        """Whether the socket is being closed."""
        return self.raw.is_closing()

    def get_write_buffer_size(self) -> int:
        """Return how many encrypted bytes wait for the socket."""
        return self.raw.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as asyncio has it
        """Return what the socket's transport knows."""
        return self.raw.get_extra_info(name, default)
