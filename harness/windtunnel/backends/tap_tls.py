"""Reads a dependency's TLS settings for the tap, and writes the tap's authority to a file."""

from pathlib import Path

from windtunnel.backends.tap import Tap
from windtunnel.configuration import Configuration, Dependency
from windtunnel.dependency_tls import Tls
from windtunnel.errors import ConfigurationError


def tls_field(tls: Tls | None, directory: Path) -> dict[str, str] | None:
    """Return the tap's field `tls`, certificates read; ConfigurationError where they cannot be."""
    if tls is None:
        return None
    field = tls.model_dump(exclude_defaults=True) | {"mode": tls.mode}
    if tls.trust not in {"system", "any"}:
        try:
            field["trust"] = (directory / tls.trust).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"tls.trust = {tls.trust!r}: cannot be read: {error}"
            ) from None
    return field


def write_authority(tap: Tap, configuration: Configuration, directory: str) -> str:
    """Write the tap's authority, where TLS ends at the tap; return the file's path, or ""."""
    tls = [each.tls for each in configuration.dependencies.values()]
    if not any(each is not None and each.terminates for each in tls):
        return ""
    path = Path(directory) / "ca.pem"
    path.write_bytes(tap.authority())
    return str(path)


def check_authority(name: str, dependency: Dependency, authority: str) -> None:
    """Raise ConfigurationError where a variable has {ca}, and there is no authority."""
    for variable, text in dependency.environment.items():
        if "{ca}" in text and not authority:
            raise ConfigurationError(
                f"dependencies.{name}.environment.{variable} = {text!r}: {{ca}} needs"
                ' tls = "terminate"'
            )
