"""The target's side of a connection until its handshake is over: the hello, the faults, the end."""

import asyncio
import math
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from windtunnel.proxy.link import Link
from windtunnel.proxy.tls.authority import Authority, UnusableName
from windtunnel.proxy.tls.client_authentication import CertificateWatch, client_refusal
from windtunnel.proxy.tls.client_hello import HelloReader, NotTls
from windtunnel.proxy.tls.exit import HandshakeRefused, dial, reason
from windtunnel.proxy.tls.offered_protocols import (
    offered_protocols,
    unread_dependency,
    unread_offer,
)
from windtunnel.proxy.tls.round_trip import answered_at
from windtunnel.proxy.tls.settings import ANY, Onward, TlsSettings
from windtunnel.proxy.tls.transport import TlsTransport
from windtunnel.records import Ending, Handshake, HandshakeOutcome
from windtunnel.timers import TimerHandle, Timers
from windtunnel.toxics.certificate import Certificate
from windtunnel.toxics.connection_toxic import HandshakeToxic
from windtunnel.toxics.on_handshake.tls import HandshakeFault, alert_record
from windtunnel.toxics.tls_mode import TlsMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the entrances of one proxy share."""

    settings: TlsSettings
    authority: Authority
    onward: ssl.SSLContext | None
    """The context of connections to the dependency, where they use TLS."""
    protocols: tuple[str, ...]
    """The protocols that ALPN may choose: those that can be read here."""
    timers: Timers
    address: Callable[[str], tuple[str, int]]
    """Returns the host and the port of "host:port", or of the upstream for ""."""
    toxics: Callable[[Link], Sequence[HandshakeToxic]]
    report: Callable[[Link, Handshake], None]
    notice: Callable[[Link, str], None]
    """Takes what cannot be seen of a link from now on."""


class Entrance(asyncio.Protocol):
    """The socket's protocol, as long as TLS is read here."""

    def __init__(self, link: Link, gate: Gate) -> None:
        self._link = link
        self._side = link.target
        self._gate = gate
        self._hello: HelloReader | None = HelloReader(gate.authority.peeking)
        """None once it was answered, to free its memory."""
        self._record = Handshake()
        self._raw: asyncio.Transport
        self._tls: TlsTransport | None = None
        self._greeted = self._held = self._open = False
        self._timer: TimerHandle | None = None
        self._watch: CertificateWatch | None = None
        loop = asyncio.get_running_loop()
        self._leads: asyncio.Future[tuple[str, int]] = loop.create_future()
        link.dial = self._dial

    def __repr__(self) -> str:
        return f"<Entrance of {self._link!r}: {self._record.outcome}>"

    # The socket.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the link begin; the dependency is dialled once it is known whom the target wants."""
        self._raw = cast("asyncio.Transport", transport)
        if self._gate.settings.mode is TlsMode.TERMINATE:
            self._tls = TlsTransport(self._raw, self._side)
        self._side.connection_made(self._tls or self._raw)
        self._report()

    def data_received(self, data: bytes) -> None:
        """Read the hello, go on with the handshake, or decrypt."""
        if self._open and self._tls is not None:
            self._tls.feed(data)
        elif self._record.outcome is HandshakeOutcome.FAILED:
            return  # it is being closed
        elif not self._greeted or self._held:
            self._read_hello(data)
        elif self._tls is not None:
            self._shake(data)

    def eof_received(self) -> bool:
        """Pass an end on; our direction stays open."""
        if self._open and self._tls is not None:
            self._tls.feed_eof()
        else:
            self._fail("the target ended the connection", Ending.TARGET)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Report to the link."""
        self._forget_timer()
        self._leads.cancel()
        if not self._open:
            self._note_failure("the target reset the connection" if exc else "")
        self._side.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hold back the other side."""
        self._side.pause_writing()

    def resume_writing(self) -> None:
        """Let the other side go on."""
        self._side.resume_writing()

    # The hello, and what strikes it.

    def _read_hello(self, data: bytes) -> None:
        hello = cast("HelloReader", self._hello)
        try:
            server_name = hello.feed(data)
        except NotTls as error:
            self._fail(str(error), Ending.TARGET)
            return
        if server_name is None or self._greeted:
            return
        self._greeted = True
        now = time.monotonic()
        self._report(server_name=server_name, began=now)
        slow = [each for each in self._gate.toxics(self._link) if each.fault == HandshakeFault.SLOW]
        for toxic in slow:
            self._touch(toxic)
            toxic.on_let_go = self._strike
        at = now + sum(toxic.delay for toxic in slow)
        if self._tls is not None:
            up, down = self._link.upstream.pipeline, self._link.downstream.pipeline
            at = answered_at(at, up.toxics, down.toxics)
        if at == now:
            self._strike()
            return
        self._held = True
        if at < math.inf:
            self._timer = self._gate.timers.call_at(at, self._strike)

    def _strike(self) -> None:
        """Apply the handshake toxics: the first that does more than delay decides."""
        self._forget_timer()
        self._held = False
        if self._raw.is_closing() or self._record.outcome is not HandshakeOutcome.PENDING:
            return
        toxics = self._gate.toxics(self._link)
        toxic = next((each for each in toxics if each.fault != HandshakeFault.SLOW), None)
        if toxic is not None:
            self._touch(toxic)
            if toxic.fault == HandshakeFault.ABORT:
                self._fail("reset by a fault", Ending.FAULT, reset=True)
                return
            if toxic.fault == HandshakeFault.ALERT:
                self._raw.write(toxic.alert)
                self._fail("refused by a fault", Ending.FAULT)
                return
        if self._tls is None:
            self._pass_on()
        else:
            self._answer(self._tls, Certificate(toxic.fault) if toxic else Certificate.GOOD)

    def _touch(self, toxic: HandshakeToxic) -> None:
        toxic.touched = time.monotonic()
        if toxic.name not in self._record.faults:
            self._report(faults=(*self._record.faults, toxic.name))

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # What becomes of it.

    def _pass_on(self) -> None:
        name = self._record.server_name
        where = self._gate.settings.route(name)
        if where is None:
            self._raw.write(alert_record("unrecognized_name"))
            self._fail(f"no route leads to {name!r}", Ending.FAULT)
            return
        self._report(outcome=HandshakeOutcome.PASSED_ON, ended=time.monotonic())
        self._lead(where)
        self._raw.set_protocol(self._side)
        self._side.data_received(self._taken())

    def _answer(self, tls: TlsTransport, certificate: Certificate) -> None:
        own = str(self._raw.get_extra_info("sockname")[0])
        # Without a name the target asked by an address; a forwarded port shows another one here.
        name = self._record.server_name
        names = (name,) if name else tuple(dict.fromkeys((own, "127.0.0.1", "::1", "localhost")))
        try:
            protocols = self._gate.protocols or self._offered()
            clients = self._gate.settings.client_trust
            context = self._gate.authority.context(names, certificate, protocols, clients)
        except UnusableName as error:
            self._raw.write(alert_record("unrecognized_name"))
            self._fail(str(error), Ending.FAULT)
            return
        if clients == ANY:
            self._watch = CertificateWatch(context)
        if unread := unread_offer(self._offered(), self._gate.protocols):
            self._gate.notice(self._link, unread)
        tls.on_refused = self._refused
        tls.begin(context, server_side=True)
        self._shake(self._taken())

    def _offered(self) -> tuple[str, ...]:
        """Return what the target offers by ALPN: where nothing is read here, its first choice."""
        return offered_protocols(bytes(cast("HelloReader", self._hello).data))

    def _taken(self) -> bytes:
        """Return the bytes so far, and forget them."""
        hello, self._hello = cast("HelloReader", self._hello), None
        return bytes(hello.data)

    def _shake(self, data: bytes) -> None:
        tls = cast("TlsTransport", self._tls)
        if self._watch is not None:
            self._watch.feed(data)
        try:
            if not tls.shake(data):
                return
        except ssl.SSLError as error:
            self._fail(client_refusal(error) or reason(error), Ending.TARGET)
            return
        self._watch = None
        self._open = True
        self._report(
            outcome=HandshakeOutcome.COMPLETED,
            ended=time.monotonic(),
            version=tls.version,
            protocol=tls.protocol,
            client_certificate=tls.shown_certificate,
        )
        self._lead("")
        tls.feed(b"")  # what came with the handshake's last bytes

    def _fail_onward(self, error: HandshakeRefused) -> None:
        why = f"with the dependency: {error}{error.advice(self._gate.settings)}"
        self._report(outcome=HandshakeOutcome.FAILED, reason=why)
        if error.for_protocol and self._gate.protocols:
            self._gate.notice(self._link, unread_dependency(self._gate.protocols))

    def _refused(self, error: ssl.SSLError) -> None:
        """Record that the target took the handshake back: it checks us after our part is over."""
        self._report(outcome=HandshakeOutcome.FAILED, reason=reason(error))

    def _lead(self, where: str) -> None:
        if not self._leads.done():  # the link may have ended
            self._leads.set_result(self._gate.address(where))

    async def _dial(self, side: asyncio.Protocol) -> None:
        host, port = await self._leads
        settings, onward = self._gate.settings, self._gate.onward
        if onward is None or settings.upstream is Onward.PLAIN:
            await asyncio.get_running_loop().create_connection(lambda: side, host, port)
            return
        name = settings.server_name or self._record.server_name or host
        try:
            protocol = "" if self._gate.protocols else self._record.protocol
            refused = self._fail_onward
            await dial(side, host, port, onward, name, protocol=protocol, on_refused=refused)
        except HandshakeRefused as error:
            self._fail_onward(error)
            raise

    # The record.

    def _fail(self, why: str, by: Ending, *, reset: bool = False) -> None:
        self._note_failure(why)
        self._link.end(by, reset=reset)

    def _note_failure(self, why: str) -> None:
        if self._greeted or why:
            pending = self._record.outcome is HandshakeOutcome.PENDING
            if pending:
                why = why or "the target ended the connection"
                self._report(outcome=HandshakeOutcome.FAILED, reason=why, ended=time.monotonic())

    def _report(self, **changed: object) -> None:
        self._record = replace(self._record, **changed)  # type: ignore[arg-type]  # its own fields
        self._gate.report(self._link, self._record)
