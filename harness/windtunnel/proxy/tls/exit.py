"""The dependency's side of a connection where the way there is TLS again."""

import asyncio
import re
import ssl
from collections.abc import Callable
from typing import cast

from windtunnel.client_certificate import load_client_certificate
from windtunnel.proxy.tls.settings import ANY, SYSTEM, TlsSettings
from windtunnel.proxy.tls.transport import TlsTransport

LOST = (
    "it reset the connection before it sent anything, as one does that refuses a certificate or"
    " misses one"
)


class HandshakeRefused(OSError):
    """The handshake with the dependency failed; its text says why."""

    def __init__(self, why: str, alert: str = "") -> None:
        super().__init__(why)
        self._alert = alert
        """OpenSSL's name of what the dependency sent; empty where it sent none."""

    @classmethod
    def by(cls, error: ssl.SSLError) -> "HandshakeRefused":
        """Return it as OpenSSL reports it."""
        return cls(reason(error), _named(error).upper().replace(" ", "_"))

    @property
    def for_protocol(self) -> bool:
        """Whether the dependency speaks none of the protocols that it was offered by ALPN."""
        return "ALERT_NO_APPLICATION_PROTOCOL" in self._alert

    def advice(self, settings: TlsSettings) -> str:
        """Return what would help, to go on after the text; "" where nothing is known to."""
        if "ALERT_CERTIFICATE_REQUIRED" in self._alert and not settings.certificate:
            return " (tls.certificate is what it is to be shown)"
        return ""


def trusting(settings: TlsSettings, protocols: tuple[str, ...]) -> ssl.SSLContext:
    """Return a context for connections to the dependency.

    Raises ssl.SSLError where nobody can be trusted by these certificates, UnusableCertificate
    where the client certificate cannot be shown.
    """
    pem = None if settings.trust in {SYSTEM, ANY} else settings.trust
    context = ssl.create_default_context(cadata=pem)
    if settings.trust == ANY:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.certificate:
        load_client_certificate(context, settings.certificate, settings.key)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


async def dial(
    side: asyncio.Protocol,
    host: str,
    port: int,
    context: ssl.SSLContext,
    server_name: str,
    *,
    protocol: str,
    on_refused: Callable[[HandshakeRefused], None],
) -> None:
    """Connect a side of a link. It gets its transport once the handshake is done.

    `protocol` is what ALPN chose with the target; "" asks for what can be read here. `on_refused`
    is called where the dependency refuses it only then, as TLS 1.3 does without the client's
    certificate.

    Raises Refused where it does not, OSError where nothing listens.
    """
    outward = Exit(side, context, server_name, protocol=protocol, on_refused=on_refused)
    try:
        await asyncio.get_running_loop().create_connection(lambda: outward, host, port)
        await outward.shaken
    except BaseException:
        outward.give_up()
        raise


class Exit(asyncio.Protocol):
    """The socket's protocol."""

    def __init__(
        self,
        side: asyncio.Protocol,
        context: ssl.SSLContext,
        server_name: str,
        *,
        protocol: str,
        on_refused: Callable[[HandshakeRefused], None],
    ) -> None:
        self.shaken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._side = side
        self._context = context
        self._server_name = server_name
        self._protocol = protocol
        self._on_refused = on_refused
        self._transport: TlsTransport | None = None
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        tls = self._transport = TlsTransport(cast("asyncio.Transport", transport), self._side)
        tls.on_refused = lambda error: self._on_refused(HandshakeRefused.by(error))
        if self._protocol:
            # The context is shared, and asked at once by what begins here.
            self._context.set_alpn_protocols([self._protocol])
        try:
            tls.begin(self._context, server_side=False, server_name=self._server_name)
        except ValueError as error:
            self._fail(f"it cannot be asked for {self._server_name!r:.99}: {error}")
            return
        self._shake(tls, b"")

    def _shake(self, tls: TlsTransport, data: bytes) -> None:
        try:
            if not tls.shake(data):
                return
        except ssl.SSLError as error:
            self._give_up_on(HandshakeRefused.by(error))
            return
        self._open = True
        self.shaken.set_result(None)
        self._side.connection_made(tls)
        tls.feed(b"")  # what came with the handshake's last bytes

    def _fail(self, why: str) -> None:
        self._give_up_on(HandshakeRefused(why))

    def _give_up_on(self, error: HandshakeRefused) -> None:
        if not self.shaken.done():
            self.shaken.set_exception(error)

    def data_received(self, data: bytes) -> None:
        """Go on with the handshake, or decrypt."""
        if self._transport is None or (self.shaken.done() and not self._open):
            return  # it is being closed
        if self._open:
            self._transport.feed(data)
        else:
            self._shake(self._transport, data)

    def eof_received(self) -> bool:
        """Pass an end on; our direction stays open."""
        if self._open and self._transport is not None:
            self._transport.feed_eof()
        else:
            self._fail("the dependency ended the connection")
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Report to the link, or fail the handshake that is under way."""
        if self._open:
            if exc is not None and self._is_silent_since_its_handshake():
                # What it said last, such as an alert, is lost to a reset that comes behind it.
                self._on_refused(HandshakeRefused(LOST))
            self._side.connection_lost(exc)
        else:
            self._fail(f"the dependency's connection broke: {exc or 'it ended'}")

    def _is_silent_since_its_handshake(self) -> bool:
        """Whether it may have refused us still: in TLS 1.3 the client's part ends first."""
        tls = self._transport
        return tls is not None and tls.version == "TLSv1.3" and not tls.was_fed

    def pause_writing(self) -> None:
        """Hold back the other side."""
        self._side.pause_writing()

    def resume_writing(self) -> None:
        """Let the other side go on."""
        self._side.resume_writing()

    def give_up(self) -> None:
        """End at once; nobody waits any more."""
        self.shaken.cancel()
        if self._transport is not None:
            self._transport.abort()


def reason(error: ssl.SSLError) -> str:
    """Return why a handshake failed, as OpenSSL names it, for a person."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message}"
    return _named(error).lower().replace("_", " ")


def _named(error: ssl.SSLError) -> str:
    """Return OpenSSL's name of an error. Python lacks the newer ones, and has but their text."""
    if error.reason:
        return error.reason
    return re.sub(r"^\[\w+\] | \(_ssl\.c:\d+\)$", "", error.strerror or str(error))
