"""How the target speaks TLS: whom its callers trust, and the certificate that they show."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from windtunnel.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

SYSTEM, ANY = "system", "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTls:
    """What a connection to the target needs. Files are whole paths."""

    trust: str = SYSTEM
    """Whom to take for the target: "system", "any", or a file of certificates (PEM)."""
    server_name: str = ""
    """Whom its certificate must name. Empty: its host."""
    certificate: str = ""
    """The client certificate that it is shown: a file (PEM) with its chain. Empty: none."""
    key: str = ""
    """The file of its private key. Empty: that of the certificate."""
    passphrase: str = field(default="", repr=False)
    """Of the key, where it has one."""

    def context(self) -> "ssl.SSLContext":
        """Return the context of its connections; ConfigurationError where a file cannot be used."""
        return _context(self)

    def name(self, host: str) -> str:
        """Return whom the certificate of the target at this host must name."""
        return self.server_name or host


@lru_cache(maxsize=16)
def _context(tls: TargetTls) -> "ssl.SSLContext":
    # Few targets speak TLS, and everything imports addresses.
    import ssl  # noqa: PLC0415 - the reason above

    from windtunnel.client_certificate import (  # noqa: PLC0415 - the reason above
        UnusableCertificate,
        load_client_certificate,
    )

    trusted = None if tls.trust in {SYSTEM, ANY} else tls.trust
    try:
        context = ssl.create_default_context(cafile=trusted)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"tls.trust {tls.trust}: expected a file of certificates in PEM: {error}"
        ) from None
    if tls.trust == ANY:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.certificate:
        key = _text(tls.key or tls.certificate)
        try:
            load_client_certificate(context, _text(tls.certificate), key, passphrase=tls.passphrase)
        except UnusableCertificate as error:
            raise ConfigurationError(f"login.certificate {tls.certificate}: {error}") from None
    return context


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"login.certificate: {file}: {error}") from None
