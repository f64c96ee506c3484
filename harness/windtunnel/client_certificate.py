"""A client certificate with its key, as PEM text: whether it can be shown, and loading it."""

import ssl
from datetime import UTC, datetime
from tempfile import NamedTemporaryFile
from typing import NoReturn


class UnusableCertificate(ValueError):
    """A certificate that cannot be shown; its text says why, to go on after a name."""


def load_client_certificate(
    context: ssl.SSLContext,
    certificate: str,
    key: str,
    *,
    passphrase: str = "",
    now: datetime | None = None,
) -> None:
    """Let a context show a certificate; UnusableCertificate says why it cannot.

    `now` is the time at which it must be valid; None: by the clock.
    """
    # OpenSSL takes it from nowhere but a file, which is this user's alone, for a moment.
    with NamedTemporaryFile("w", encoding="utf-8", prefix="windtunnel-", suffix=".pem") as file:
        file.write(f"{key}\n{certificate}\n")
        file.flush()
        try:
            context.load_cert_chain(file.name, password=passphrase or _no_passphrase)
        except ssl.SSLError as error:
            if passphrase and error.reason not in {"KEY_VALUES_MISMATCH", "NO_START_LINE"}:
                raise UnusableCertificate(
                    "its key cannot be read with the passphrase that is given"
                ) from None
            raise UnusableCertificate(_reason(error, certificate, key)) from None
    _check_time(certificate, now or datetime.now(UTC))


def _no_passphrase() -> NoReturn:
    raise UnusableCertificate("its key needs a passphrase: expected one without")


def _reason(error: ssl.SSLError, certificate: str, key: str) -> str:
    if "PRIVATE KEY-----" not in key:
        return "there is no private key (PEM) for it"
    if "-----BEGIN CERTIFICATE-----" not in certificate:
        return "there is no certificate (PEM) in it"
    if error.reason == "KEY_VALUES_MISMATCH":
        return "the key does not belong to it"
    return f"it cannot be read: {(error.reason or str(error)).lower().replace('_', ' ')}"


def _check_time(certificate: str, now: datetime) -> None:
    # Imported here: few proxies show a certificate.
    from cryptography import x509  # noqa: PLC0415 - the reason above

    first = x509.load_pem_x509_certificates(certificate.encode())[0]
    since, until = first.not_valid_before_utc, first.not_valid_after_utc
    if now > until:
        raise UnusableCertificate(f"it expired at {until:%Y-%m-%d %H:%M} UTC")
    if now < since:
        raise UnusableCertificate(f"it is not valid before {since:%Y-%m-%d %H:%M} UTC")
