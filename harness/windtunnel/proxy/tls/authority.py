"""The certificates of one proxy process: an authority made for it, and leaves on demand.

The authority's key never leaves memory. A leaf's key is for a moment in a file that only this user
can read, because OpenSSL takes it from nowhere else.
"""

import re
import ssl
from collections import OrderedDict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from windtunnel.proxy.tls.client_authentication import demand_certificate
from windtunnel.proxy.tls.client_hello import peeking
from windtunnel.proxy.tls.service_name_leaf import service_name_leaf
from windtunnel.toxics.certificate import Certificate

if TYPE_CHECKING:
    import trustme

SERVICE_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")
"""What resolvers take, an underscore included: networks of containers have such names."""
KEPT = 256
"""The number of contexts kept. A name that was not used lately gets a new certificate."""
OURS = "windtunnel"
"""The organization in every certificate."""
NOBODY = "another-name.invalid"
"""A name that is nobody's (RFC 6761, 6.4)."""
PAST = (datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, tzinfo=UTC))
FUTURE = (datetime(2901, 1, 1, tzinfo=UTC), datetime(2902, 1, 1, tzinfo=UTC))


class UnusableName(Exception):
    """No certificate can be made for a name; its text says why."""


class Authority:
    """Makes and keeps certificates. Costs nothing until the first is asked for."""

    def __init__(self) -> None:
        self._trusted: trustme.CA | None = None
        self._stranger: trustme.CA | None = None
        self._peeking: ssl.SSLContext | None = None
        self._contexts: OrderedDict[tuple[object, ...], ssl.SSLContext] = OrderedDict()

    def __repr__(self) -> str:
        return f"<Authority {len(self._contexts)} contexts>"

    @property
    def pem(self) -> bytes:
        """What the target must trust: the authority's certificate."""
        return self._authority().cert_pem.bytes()

    @property
    def peeking(self) -> ssl.SSLContext:
        """A context that only reads ClientHellos."""
        if self._peeking is None:
            self._peeking = peeking()
        return self._peeking

    def context(
        self,
        names: tuple[str, ...],
        certificate: Certificate,
        protocols: tuple[str, ...],
        client_trust: str = "",
    ) -> ssl.SSLContext:
        """Return what to answer a ClientHello with, as a server of these names; UnusableName.

        `client_trust` is that of the settings: whose certificate the client must show.
        """
        key = (names, certificate, protocols, client_trust)
        context = self._contexts.get(key)
        if context is None:
            context = self._make(names, certificate, protocols)
            if client_trust:
                demand_certificate(context, client_trust)
            self._contexts[key] = context
            if len(self._contexts) > KEPT:
                self._contexts.popitem(last=False)
        self._contexts.move_to_end(key)
        return context

    def _make(
        self, names: tuple[str, ...], certificate: Certificate, protocols: tuple[str, ...]
    ) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.options |= ssl.OP_NO_RENEGOTIATION
        if protocols:
            context.set_alpn_protocols(list(protocols))
        try:
            self._equip(context, names, certificate)
        except (UnicodeError, ValueError) as error:
            raise UnusableName(
                f"no certificate can be made for {names[0]!r:.99}: {error}"
            ) from None
        return context

    def _equip(
        self, context: ssl.SSLContext, names: tuple[str, ...], certificate: Certificate
    ) -> None:
        match certificate:
            case Certificate.GOOD:
                _leaf(self._authority(), *names).configure_cert(context)
            case Certificate.EXPIRED | Certificate.NOT_YET_VALID:
                since, until = PAST if certificate is Certificate.EXPIRED else FUTURE
                leaf = _leaf(self._authority(), *names, since=since, until=until)
                leaf.configure_cert(context)
            case Certificate.WRONG_NAME:
                _leaf(self._authority(), NOBODY).configure_cert(context)
            case Certificate.UNTRUSTED:
                _leaf(self._unknown(), *names).configure_cert(context)
            case Certificate.SELF_SIGNED:
                # An authority's own certificate is signed by itself, and serves as any other.
                own = self._unknown()
                with own.private_key_pem.tempfile() as key, own.cert_pem.tempfile() as chain:
                    context.load_cert_chain(chain, key)

    def _authority(self) -> "trustme.CA":
        if self._trusted is None:
            self._trusted = _new(OURS)
        return self._trusted

    def _unknown(self) -> "trustme.CA":
        if self._stranger is None:
            self._stranger = _new(f"{OURS}, trusted by nobody")
        return self._stranger


def _leaf(
    authority: "trustme.CA",
    *names: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> "trustme.LeafCert":
    if any("_" in name and SERVICE_NAME.fullmatch(name) for name in names):
        return service_name_leaf(authority, names, OURS, since, until)
    return authority.issue_cert(*names, organization_name=OURS, not_before=since, not_after=until)


def _new(organization: str) -> "trustme.CA":
    # Imported here: most proxies carry no TLS.
    import trustme  # noqa: PLC0415 - the reason above

    return trustme.CA(organization_name=organization)
