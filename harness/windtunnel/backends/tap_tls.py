"""Reads a dependency's TLS settings for the tap, and writes the tap's authority to a file."""

import re
import ssl
from collections.abc import Mapping
from pathlib import Path

from windtunnel.backends.tap import Tap
from windtunnel.client_certificate import UnusableCertificate, load_client_certificate
from windtunnel.configuration import Configuration
from windtunnel.dependency_tls import Tls
from windtunnel.errors import ConfigurationError
from windtunnel.limited_files import read_limited

FILES = {
    "trust": ("system", "any"),
    "certificate": ("",),
    "key": ("",),
    "client_trust": ("", "any"),
}
"""The settings that name a file, with what else they may be."""
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)


def tls_field(name: str, tls: Tls | None, directory: Path) -> dict[str, str] | None:
    """Return the tap's field `tls` for a dependency, with the files' texts in place of their names.

    ConfigurationError where one cannot be read, or the client certificate cannot be shown.
    """
    if tls is None:
        return None
    field = tls.model_dump(exclude_defaults=True) | {"mode": tls.mode}
    for setting, words in FILES.items():
        given = getattr(tls, setting)
        if given not in words:
            field[setting] = _text(f"dependencies.{name}.tls.{setting}", directory, given)
    if tls.certificate:
        field.setdefault("key", field["certificate"])
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            load_client_certificate(context, field["certificate"], field["key"])
        except UnusableCertificate as error:
            of_key = f" (key = {tls.key!r})" if tls.key else ""
            raise ConfigurationError(
                f"dependencies.{name}.tls.certificate = {tls.certificate!r}{of_key}: {error}"
            ) from None
        # A file of both: the key is not sent twice.
        field["certificate"] = "".join(CERTIFICATE.findall(field["certificate"]))
    if tls.client_trust not in FILES["client_trust"]:
        _check_authorities(f"dependencies.{name}.tls.client_trust", tls.client_trust, field)
    return field


def _text(place: str, directory: Path, file: str) -> str:
    try:
        return read_limited(directory / file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{place} = {file!r}: cannot be read: {error}") from None


def _check_authorities(place: str, file: str, field: Mapping[str, str]) -> None:
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_verify_locations(cadata=field["client_trust"])
    except (ssl.SSLError, ValueError):
        raise ConfigurationError(
            f"{place} = {file!r}: there is no certificate (PEM) in it"
        ) from None


def write_authority(tap: Tap, configuration: Configuration, directory: str) -> str:
    """Write the tap's authority, where TLS ends at the tap; return the file's path, or ""."""
    tls = [each.tls for each in configuration.dependencies.values()]
    if not any(each is not None and each.terminates for each in tls):
        return ""
    path = Path(directory) / "ca.pem"
    path.write_bytes(tap.authority())
    return str(path)


def check_authorities(configuration: Configuration, authority: str) -> None:
    """Raise ConfigurationError where a variable has {ca}, and there is no authority."""
    for name, dependency in configuration.dependencies.items():
        for variable, text in dependency.environment.items():
            if "{ca}" in text and not authority:
                raise ConfigurationError(
                    f"dependencies.{name}.environment.{variable} = {text!r}: {{ca}} needs"
                    ' tls = "terminate"'
                )
