"""The server that receives load: a URL resolved once, and the guard that keeps it local."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from windtunnel.errors import ConfigurationError, suggestion
from windtunnel.owned_hosts import check_owned
from windtunnel.target_tls import TargetTls

SCHEMES = ("http", "https")
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
"""The start of HTTP/2: a fixed text, and an empty SETTINGS frame (RFC 9113, 3.4)."""
_SETTINGS = b"\x04"
"""The type of the frame that a server begins with."""


LISTENED = 0.2
"""Seconds in which a server that wants a client's certificate says so."""
_CERTIFICATE = "it wants a client's certificate, which load does not send: "
_CLEAR = "it does not speak TLS, so expected http://: "
_WHY = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": _CERTIFICATE,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "it may want a client's certificate: ",
    "SSLV3_ALERT_BAD_CERTIFICATE": _CERTIFICATE,
    "WRONG_VERSION_NUMBER": _CLEAR,
    "RECORD_LAYER_FAILURE": _CLEAR,
    "PACKET_LENGTH_TOO_LONG": _CLEAR,
    "HTTP_REQUEST": _CLEAR,
}
"""What OpenSSL's reasons mean here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A server to connect to. It can be handed to another process."""

    scheme: str
    host: str
    """As the URL names it: for the Host header and the certificate."""
    address: str
    """The resolved address, or the path of a unix socket."""
    port: int
    """0 for a unix socket."""
    verify: bool = True
    """Whether the server's certificate is checked."""
    authority: str = ""
    """A file with certificates to trust instead of the system's."""
    http2: bool = False
    """Whether HTTP/2 is spoken: agreed on in TLS (ALPN), or with prior knowledge in clear."""
    target_tls: TargetTls | None = None
    """How a target of a configuration speaks TLS; None: `verify` and `authority` say so."""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host_header}"

    @property
    def host_header(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return host if self.port in (0, usual) else f"{host}:{self.port}"

    def tls(self) -> ssl.SSLContext | None:
        """Return what a connection needs for TLS; None for http."""
        if self.scheme != "https":
            return None
        if self.target_tls is not None:
            return self.target_tls.context()
        try:
            context = ssl.create_default_context(cafile=self.authority or None)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"{self.authority}: expected a file of certificates in PEM: {error}"
            ) from None
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.http2:
            context.set_alpn_protocols(["h2"])
        return context

    async def connect(self, protocol: asyncio.Protocol, tls: ssl.SSLContext | None) -> None:
        """Connect a protocol, with TLS by a context that `tls()` gave; OSError, TLS's too."""
        loop = asyncio.get_running_loop()
        name = self.host if tls else None
        if name and self.target_tls is not None:
            name = self.target_tls.name(name)
        if self.port:
            await loop.create_connection(
                lambda: protocol, self.address, self.port, ssl=tls, server_hostname=name
            )
        else:
            await loop.create_unix_connection(
                lambda: protocol, self.address, ssl=tls, server_hostname=name
            )


def locate(
    url: str,
    *,
    unix_socket: Path | None = None,
    verify: bool = True,
    authority: str = "",
    http2: bool = False,
) -> tuple[Destination, str]:
    """Return where a URL leads, resolved now, and its path; ConfigurationError where nowhere."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(f"URL {url!r}: {error}") from None
    if "://" not in url:
        raise ConfigurationError(
            f"URL {url!r}: expected one such as http://127.0.0.1:8000/, found no scheme"
        )
    if parts.scheme not in SCHEMES:
        raise ConfigurationError(
            f"URL {url!r}: scheme {parts.scheme!r}{suggestion(parts.scheme, SCHEMES)}"
        )
    if not parts.hostname:
        raise ConfigurationError(f"URL {url!r}: expected a host, found none")
    if parts.username is not None:
        raise ConfigurationError(
            f"URL of {parts.hostname}: expected no user and password; send them in a header"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if unix_socket is not None:
        address, port = str(unix_socket), 0
    else:
        port = port or (443 if parts.scheme == "https" else 80)
        address = _resolve(parts.hostname, port, url)
    return Destination(
        scheme=parts.scheme,
        host=parts.hostname,
        address=address,
        port=port,
        verify=verify,
        authority=authority,
        http2=http2,
    ), path


def guard(destination: Destination, owned: Collection[str]) -> None:
    """Refuse another machine unless the user names it as their own: a slip must flood nobody.

    Raises ConfigurationError.
    """
    if destination.port:
        check_owned(destination.host, [destination.address], owned, f"{destination}")


def reach(destination: Destination, timeout: float = 5.0) -> None:
    """Connect once, with TLS where it is due; ConfigurationError says why that fails."""
    family = socket.AF_INET6 if ":" in destination.address else socket.AF_INET
    connect_to: str | tuple[str, int] = (destination.address, destination.port)
    if not destination.port:
        family, connect_to = socket.AF_UNIX, destination.address
    try:
        with socket.socket(family, socket.SOCK_STREAM) as plain:
            plain.settimeout(timeout)
            plain.connect(connect_to)
            context = destination.tls()
            if context is not None:
                with context.wrap_socket(plain, server_hostname=destination.host) as secured:
                    _hear(secured)
                    if destination.http2 and secured.selected_alpn_protocol() != "h2":
                        raise _no_http2(destination, "its TLS agreed to no 'h2'")
            elif destination.http2:
                plain.sendall(_PREFACE)
                if plain.recv(9, socket.MSG_WAITALL)[3:4] != _SETTINGS:
                    raise _no_http2(destination, "it answered with something else")
    except ssl.SSLCertVerificationError as error:
        raise ConfigurationError(
            f"{destination}: its certificate is not trusted: {error.verify_message};"
            " --cacert FILE trusts one, --insecure any"
        ) from None
    except ssl.SSLError as error:
        why = _WHY.get(error.reason, "")
        raise ConfigurationError(
            f"{destination}: TLS failed: {why}{error.reason or error}"
        ) from None
    except OSError as error:
        at = f" at {destination.address}" if destination.address != destination.host else ""
        reason = error.strerror or str(error)
        raise ConfigurationError(f"{destination}{at} cannot be connected to: {reason}") from None


def _hear(secured: ssl.SSLSocket) -> None:
    """Wait a moment for a refusal: in TLS 1.3 one for want of a certificate comes afterwards."""
    secured.settimeout(LISTENED)
    with suppress(TimeoutError):
        secured.recv(1)


def speaks_tls(destination: Destination, timeout: float = 2.0) -> bool:
    """Return whether a server that is spoken to in clear answers a TLS handshake.

    Asked once nothing was answered well: in the log of a healthy server it would be noise.
    """
    if destination.scheme == "https" or not destination.port:
        return False
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((destination.address, destination.port), timeout) as plain,
            context.wrap_socket(plain),
        ):
            return True
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")
    except OSError:
        return False


def _no_http2(destination: Destination, found: str) -> ConfigurationError:
    return ConfigurationError(f"{destination}: expected HTTP/2, as --http2 asks for: {found}")


def _resolve(host: str, port: int, url: str) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(
            f"URL {url!r}: host {host!r} cannot be resolved: {error}"
        ) from None
    addresses = list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))
    if len(addresses) > 1 and all(ipaddress.ip_address(each).is_loopback for each in addresses):
        # "localhost" is both ::1 and 127.0.0.1, and many servers listen on one of them only.
        for address in addresses:
            try:
                with socket.create_connection((address, port), timeout=1.0):
                    return address
            except OSError:
                continue
    return addresses[0]
