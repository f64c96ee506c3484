"""What the API says of a proxy's TLS: the field `tls`, checked. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from windtunnel.errors import suggestion
from windtunnel.toxics.tls_mode import TlsMode


class Onward(StrEnum):
    """How a proxy that terminates goes on to the dependency."""

    PLAIN = "plain"
    TLS = "tls"


SYSTEM, ANY = "system", "any"
"""Whom to trust as the dependency: the system's authorities, or anybody."""
PEM = "-----BEGIN CERTIFICATE-----"
UNSET: Mapping[str, object] = {
    "routes": {},
    "upstream": "plain",
    "trust": SYSTEM,
    "server_name": "",
    "certificate": "",
    "key": "",
    "client_trust": "",
}
"""The settings beside the mode, with what they are where nothing is said."""
ONWARD = frozenset({"trust", "server_name", "certificate", "key"})
"""Those of the way to the dependency where that is TLS."""
SECRET = frozenset({"key"})


class InvalidTls(ValueError):
    """A field `tls` that cannot be had; its text names the place, the finding, the expectation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """The field `tls` of a proxy."""

    mode: TlsMode
    routes: Mapping[str, str] = field(default_factory=dict)
    """passthrough: where each server name leads, as host:port; "*.example.org" is for one label.

    With routes, a name that has none is refused; without a name a connection goes to `upstream`."""
    upstream: Onward = Onward.PLAIN
    """terminate: TLS again on the way to the dependency, or not."""
    trust: str = SYSTEM
    """Whom to trust there: "system", "any", or certificates of authorities as PEM text."""
    server_name: str = ""
    """Whom to ask for there; otherwise whom the target asked for, or else the upstream's host."""
    certificate: str = ""
    """What to show there of oneself: a client certificate with its chain, as PEM text."""
    key: str = field(default="", repr=False)
    """The private key of `certificate`, as PEM text; it is never shown."""
    client_trust: str = ""
    """terminate: whose client certificate the target must show: "any", or certificates of
    authorities as PEM text. Empty: it is asked for none."""

    @classmethod
    def of(cls, value: object) -> "TlsSettings":
        """Return what a JSON value asks for; InvalidTls names the first mistake."""
        if not isinstance(value, dict):
            raise InvalidTls(
                f"tls must be an object, such as {{'mode': 'terminate'}}: {value!r:.99}"
            )
        known = {"mode", *UNSET}
        for name in value:
            if name not in known:
                raise InvalidTls(f"tls.{name} is unknown{suggestion(name, known)}")
        mode = TlsMode(_choice(value, "mode", "", [each.value for each in TlsMode]))
        for name in sorted(known & set(value) - {"mode"}):
            if mode is not (TlsMode.PASSTHROUGH if name == "routes" else TlsMode.TERMINATE):
                raise InvalidTls(f"tls.{name} means nothing with the mode {mode.value!r}")
        settings = cls(
            mode=mode,
            routes=_routes(value.get("routes", {})),
            upstream=Onward(_choice(value, "upstream", "plain", [each.value for each in Onward])),
            trust=_text(value, "trust", SYSTEM),
            server_name=_text(value, "server_name", ""),
            certificate=_text(value, "certificate", ""),
            key=_text(value, "key", ""),
            client_trust=_text(value, "client_trust", ""),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Raise InvalidTls where settings that are each right do not go together."""
        onward = [
            name for name, unset in UNSET.items() if name in ONWARD and getattr(self, name) != unset
        ]
        if self.upstream is Onward.PLAIN and onward:
            raise InvalidTls(f"tls.{onward[0]} needs tls.upstream 'tls'")
        if bool(self.certificate) != bool(self.key):
            raise InvalidTls("tls.certificate and tls.key go together")
        if self.server_name and not _is_host(self.server_name):
            raise InvalidTls(f"tls.server_name cannot be a server's: {self.server_name!r:.99}")
        for name, words in (("trust", (SYSTEM, ANY)), ("client_trust", ("", ANY))):
            given = getattr(self, name)
            if given not in words and PEM not in given:
                known = ", ".join(repr(each) for each in words if each)
                raise InvalidTls(
                    f"tls.{name} was invalid, expected {known} or certificates as PEM text"
                    f" and found {given[:50]!r}"
                )

    @property
    def shown(self) -> dict[str, Any]:
        """The field as the API shows it: what was asked for, without the key."""
        changed = {
            name: getattr(self, name)
            for name, unset in UNSET.items()
            if getattr(self, name) != unset and name not in SECRET
        }
        return {"mode": self.mode, **changed}

    def route(self, server_name: str) -> str | None:
        """Return where a name leads: host:port, "" for the proxy's upstream, None for nowhere."""
        if not self.routes or not server_name:
            return ""
        parent = f"*.{server_name.partition('.')[2]}"
        return self.routes.get(server_name, self.routes.get(parent))


OFF = TlsSettings(mode=TlsMode.OFF)


def _choice(value: Mapping[str, Any], name: str, default: str, choices: list[str]) -> str:
    given = _text(value, name, default)
    if given not in choices:
        expected = ", ".join(choices)
        raise InvalidTls(
            f"tls.{name} was invalid, expected one of: {expected}; found {given!r:.99}"
        )
    return given


def _text(value: Mapping[str, Any], name: str, default: str) -> str:
    given = value.get(name, default)
    if not isinstance(given, str):
        raise InvalidTls(f"tls.{name} must be a string, found {given!r:.99}")
    return given


def _is_host(text: str) -> bool:
    """Whether the resolver and OpenSSL can take it."""
    try:
        encoded = text.encode("idna")
    except UnicodeError:
        return False
    return bool(encoded) and text.isprintable() and " " not in text and text[0] != "."


def _routes(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise InvalidTls(
            f"tls.routes must be an object of names and addresses, found {value!r:.99}"
        )
    for name, to in value.items():
        host, _, port = str(to).rpartition(":")
        numbered = port.isascii() and port.isdigit() and len(port) < 6 and int(port) < 65536
        if not name or not _is_host(host) or not numbered:
            raise InvalidTls(f"tls.routes: {name!r:.99} must lead to host:port, found {to!r:.99}")
    return {name.lower().rstrip("."): to for name, to in value.items()}
