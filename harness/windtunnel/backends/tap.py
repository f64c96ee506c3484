"""Reads the evidence of a tap (a `python -m windtunnel.proxy`) over its control port."""

import time
from collections.abc import Mapping, Sequence

import msgspec

from windtunnel.address import Address
from windtunnel.backends.http_control import call
from windtunnel.errors import ControlError
from windtunnel.network_profiles import Profile
from windtunnel.records import Evidence

PROFILE_TOXICS = ("profile-connect", "profile-latency")


class Tap:
    """One tap's evidence, network profile and clock. Raises ControlError."""

    def __init__(self, address: Address) -> None:
        self.address = address

    def __repr__(self) -> str:
        return f"<Tap {self.address}>"

    def authority(self) -> bytes:
        """Return the certificate (PEM) that a target must trust where the tap ends its TLS."""
        return call(self.address, "GET", "/tls/ca.pem")

    def create(
        self,
        name: str,
        *,
        upstream: str,
        protocol: str,
        tls: Mapping[str, str] | None = None,
        listen: str = "127.0.0.1:0",
    ) -> Address:
        """Create a recording proxy and return the address on which it listens."""
        body = {
            "name": str(name),
            "listen": listen,
            "upstream": upstream,
            "protocol": protocol,
            "tls": tls,
        }
        answer = call(self.address, "POST", "/proxies", msgspec.json.encode(body))
        return Address.parse(msgspec.json.decode(answer)["listen"])

    def record(self, name: str, *, hashed: Sequence[str], clear: Sequence[str]) -> None:
        """Let a proxy record these fields of each request."""
        if hashed or clear:
            body = {"record": hashed, "record_in_clear": clear}
            call(self.address, "POST", f"/proxies/{name}", msgspec.json.encode(body))

    def listening(self, dependency: str) -> Address:
        """Return where the dependency's tap listens, as the tap itself sees it."""
        answer = msgspec.json.decode(call(self.address, "GET", f"/proxies/{dependency}"))
        return Address.parse(answer["listen"])

    def evidence(self, dependency: str, since: float) -> Evidence:
        """Return what was recorded at or after `since`."""
        path = f"/proxies/{dependency}/evidence/records?since={since!r}"
        return msgspec.json.decode(call(self.address, "GET", path), type=Evidence)

    def mark(self) -> None:
        """Read the refusal counters now, and keep the reading."""
        call(self.address, "POST", "/mark", b"")

    def check_clock(self) -> None:
        """Raise ControlError unless the tap's monotonic clock is ours."""
        before = time.monotonic()
        answer = msgspec.json.decode(call(self.address, "GET", "/clock"))["monotonic"]
        if not before <= answer <= time.monotonic():
            raise ControlError(
                f"the tap at {self.address} runs on another clock ({answer - before:+.3f} s):"
                " its evidence cannot be put beside the caller's; use an engine on this machine"
            )

    def apply(self, dependency: str, profile: Profile) -> None:
        """Make each exchange, and each new connection, pay the profile's round trip."""
        toxics = msgspec.json.decode(call(self.address, "GET", f"/proxies/{dependency}/toxics"))
        for toxic in toxics:
            if toxic["name"] in PROFILE_TOXICS:
                path = f"/proxies/{dependency}/toxics/{toxic['name']}"
                call(self.address, "DELETE", path)
        if not profile.round_trip:
            return
        milliseconds = round(profile.round_trip * 1000)
        for name, kind in zip(PROFILE_TOXICS, ("connect", "latency"), strict=True):
            body = {
                "name": name,
                "type": kind,
                "stream": "upstream",
                "attributes": {"latency": milliseconds},
            }
            path = f"/proxies/{dependency}/toxics"
            call(self.address, "POST", path, msgspec.json.encode(body))
