"""`tls`, ours: what goes wrong with a handshake on purpose."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from windtunnel.errors import suggestion
from windtunnel.toxics.certificate import Certificate
from windtunnel.toxics.connection_toxic import Placement
from windtunnel.toxics.tls_mode import TlsMode
from windtunnel.toxics.toxic_kind import Strike, ToxicKind, Value


class HandshakeFault(StrEnum):
    """What a `tls` toxic does besides presenting another certificate."""

    SLOW = "slow"
    """Answers the ClientHello `delay` ms late."""
    ABORT = "abort"
    """Resets the connection instead of an answer."""
    ALERT = "alert"
    """Refuses by a fatal alert instead of an answer."""


CERTIFICATES = tuple(each.value for each in Certificate if each is not Certificate.GOOD)
FAULTS = (*CERTIFICATES, *(each.value for each in HandshakeFault))

ALERTS = {
    "handshake_failure": 40,
    "access_denied": 49,
    "protocol_version": 70,
    "insufficient_security": 71,
    "internal_error": 80,
    "unrecognized_name": 112,
}
"""The alerts by which servers refuse a ClientHello (RFC 8446, 6.2)."""
USUAL_ALERT = "handshake_failure"


def alert_record(name: str) -> bytes:
    """Return a fatal alert as a record; before the ServerHello it is not encrypted yet."""
    return bytes((21, 3, 3, 0, 2, 2, ALERTS[name]))


class TlsToxic:
    """What a proxy's `tls` toxic is to one of its connections."""

    held_stream = None

    def __init__(self, name: str, attributes: Mapping[str, Any]) -> None:
        self.name = name
        self.attributes = attributes
        """Shared with the API, so that an update takes effect here."""
        self.touched: float | None = None
        """When it struck the handshake."""
        self.on_let_go: Callable[[], None] = _nothing
        """Called when it is changed or removed: a handshake that it holds goes on."""

    def __repr__(self) -> str:
        return f"<TlsToxic {self.name}: {dict(self.attributes)}>"

    @property
    def fault(self) -> str:
        """One of FAULTS."""
        return str(self.attributes["fault"])

    @property
    def delay(self) -> float:
        """Seconds; 0 unless it is slow."""
        return float(self.attributes["delay"]) / 1000

    @property
    def alert(self) -> bytes:
        """The alert's record."""
        return alert_record(self.attributes["alert"] or USUAL_ALERT)

    def place(self, placement: Placement) -> None:
        """Join the toxics on the connection's handshake."""
        placement.handshakes.append(self)

    def let_go(self) -> None:
        """Let a handshake go on that it holds."""
        self.on_let_go()


class TlsToxicKind(ToxicKind):
    """The kind that acts on handshakes; which fault is an attribute of its own."""

    @property
    def defaults(self) -> Mapping[str, Value]:
        """The attributes, and what each is where it is not given."""
        return {"fault": "", "delay": 0, "alert": ""}

    def mistake(self, attributes: Mapping[str, Any]) -> str:
        """Return what is wrong with these attributes, or ""."""
        fault, delay, alert = (attributes[name] for name in ("fault", "delay", "alert"))
        if fault not in FAULTS:
            return f"no fault of the handshake is called {fault!r}{suggestion(fault, FAULTS)}"
        if fault == HandshakeFault.SLOW and delay < 1:
            return "slow needs a delay of 1 ms or more"
        if fault != HandshakeFault.SLOW and delay:
            return f"a delay is for slow alone, and not for {fault}"
        if alert and fault != HandshakeFault.ALERT:
            return f"alert is for the fault alert alone, and not for {fault}"
        if alert and alert not in ALERTS:
            return f"no alert is called {alert!r}{suggestion(alert, ALERTS)}"
        return ""

    def tls_mistake(self, mode: TlsMode, attributes: Mapping[str, Any]) -> str:
        """Return why it could strike no handshake with what the proxy does with TLS, or ""."""
        if mode is TlsMode.OFF:
            return f"a toxic of type {self.name} needs a proxy with tls.mode terminate, found none"
        if mode is TlsMode.PASSTHROUGH and attributes["fault"] in CERTIFICATES:
            return (
                f"the fault {attributes['fault']} needs tls.mode terminate, found passthrough,"
                " where the dependency shows its own certificate"
            )
        return ""

    def strike(self, strike: Strike) -> TlsToxic:
        """Return the toxic for one connection."""
        return TlsToxic(strike.name, strike.attributes)


def _nothing() -> None: ...


KIND = TlsToxicKind("tls")
