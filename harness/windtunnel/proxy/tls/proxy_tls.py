"""One proxy's TLS: what is asked for, what contradicts it, and an entrance for each connection."""

import asyncio
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from windtunnel.client_certificate import UnusableCertificate
from windtunnel.protocols.wire_protocol import WireProtocol
from windtunnel.proxy.link import Link
from windtunnel.proxy.tls.authority import Authority
from windtunnel.proxy.tls.client_authentication import demand_certificate
from windtunnel.proxy.tls.entrance import Entrance, Gate
from windtunnel.proxy.tls.exit import trusting
from windtunnel.proxy.tls.settings import OFF, InvalidTls, Onward, TlsSettings
from windtunnel.records import Handshake
from windtunnel.timers import Timers
from windtunnel.toxics.connection_toxic import HandshakeToxic
from windtunnel.toxics.tls_mode import TlsMode
from windtunnel.toxics.toxic_kind import ToxicKind


class ProxyTls:
    """What a proxy does with the TLS of its new connections: nothing at first."""

    def __init__(
        self,
        *,
        protocol: WireProtocol,
        authority: Authority,
        timers: Timers,
        address: Callable[[str], tuple[str, int]],
        toxics: Callable[[Link], Sequence[HandshakeToxic]],
        report: Callable[[Link, Handshake], None],
        notice: Callable[[Link, str], None],
    ) -> None:
        self.settings: TlsSettings | None = None
        self._protocol = protocol
        self._authority = authority
        self._timers = timers
        self._address = address
        self._toxics = toxics
        self._report = report
        self._notice = notice
        self._gate: Gate | None = None

    def __repr__(self) -> str:
        return f"<ProxyTls {self.settings}>"

    def use(
        self, wanted: TlsSettings | None, toxics: Iterable[tuple[ToxicKind, Mapping[str, Any]]] = ()
    ) -> None:
        """Do this with connections from now on; None changes nothing. InvalidTls says why not."""
        if wanted is None or wanted == self.settings:
            return
        if wanted.mode is TlsMode.PASSTHROUGH and self._protocol.separates_calls:
            raise InvalidTls(
                "tls.mode passthrough leaves the traffic encrypted: expected the protocol tcp,"
                f" found {self._protocol.name}"
            )
        for kind, attributes in toxics:
            _check_toxic(wanted, kind, attributes)
        if wanted.mode is TlsMode.OFF:
            self.settings = self._gate = None
            return
        onward = self._onward(wanted)
        _check_clients(wanted)
        self.settings = wanted
        self._gate = Gate(
            settings=wanted,
            authority=self._authority,
            onward=onward,
            protocols=self._protocol.alpn,
            timers=self._timers,
            address=self._address,
            toxics=self._toxics,
            report=self._report,
            notice=self._notice,
        )

    def _onward(self, wanted: TlsSettings) -> ssl.SSLContext | None:
        if wanted.upstream is Onward.PLAIN:
            return None
        try:
            return trusting(wanted, self._protocol.alpn)
        except UnusableCertificate as error:
            raise InvalidTls(f"tls.certificate: {error}") from None
        except (ssl.SSLError, ValueError) as error:
            raise InvalidTls(f"tls.trust: these certificates cannot be used: {error}") from None

    def check_toxic(self, kind: ToxicKind, attributes: Mapping[str, Any]) -> None:
        """Raise InvalidTls where a toxic could strike nothing with what is done here."""
        _check_toxic(self.settings or OFF, kind, attributes)

    def protocol_for(self, link: Link) -> asyncio.BaseProtocol:
        """Return what is to be the protocol of the target's socket."""
        return link.target if self._gate is None else Entrance(link, self._gate)


def _check_clients(wanted: TlsSettings) -> None:
    if not wanted.client_trust:
        return
    try:
        demand_certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), wanted.client_trust)
    except (ssl.SSLError, ValueError) as error:
        raise InvalidTls(f"tls.client_trust: these certificates cannot be used: {error}") from None


def _check_toxic(settings: TlsSettings, kind: ToxicKind, attributes: Mapping[str, Any]) -> None:
    mistake = kind.tls_mistake(settings.mode, attributes)
    if mistake:
        raise InvalidTls(mistake)
