"""Controls our own proxy: what it puts in force is leased, and heals when the runner is gone."""

import threading
from typing import Any, Protocol

import msgspec

from windtunnel.address import Address
from windtunnel.backends.http_control import call
from windtunnel.backends.lease_renewal import LeaseRenewal
from windtunnel.errors import ControlCode, ControlError
from windtunnel_faults import Toxic, Toxics

OUTAGE = Toxics((Toxic("outage"),))
OUTAGE_NAME = "disabled"


class FaultControl(Protocol):
    """What injects faults into the traffic: our own proxy or the real Toxiproxy."""

    address: Address

    def disable(self, name: str) -> None:
        """Refuse connections and cut the live ones."""
        ...

    def enable(self, name: str) -> None:
        """Listen again."""
        ...

    def add(self, name: str, toxics: Toxics, *, prefix: str) -> None:
        """Add toxics to a proxy, each named `prefix` and its place."""
        ...

    def remove(self, name: str, *, prefix: str) -> None:
        """Remove the toxics that `add` made with this prefix; those already gone are fine."""
        ...

    def lead(self, name: str, upstream: Address) -> None:
        """Connect to another upstream from now on; connections to the last one are cut."""
        ...


class OwnControl:
    """Controls one proxy server of ours. Raises ControlError.

    Each toxic has a lease of `lease` seconds, which the proxy keeps by its own clock: it needs
    nobody else to heal. While any is in force, a heartbeat renews them, five times a lease.
    """

    def __init__(self, address: Address, *, lease: float) -> None:
        self.address = address
        self.lapses = 0
        """How many faults were found to have healed by themselves."""
        self._lease = lease
        self._in_force: dict[tuple[str, str], set[str]] = {}
        """The names of the toxics of each fault, by proxy and prefix."""
        self._lock = threading.Lock()
        self._heartbeat = LeaseRenewal(self._beat, lease / 5)

    def __repr__(self) -> str:
        return f"<OwnControl {self.address}>"

    def close(self) -> None:
        """Renew nothing any more: what is in force heals after a lease."""
        self._heartbeat.close()

    def disable(self, name: str) -> None:
        """Refuse connections and cut the live ones."""
        self.add(name, OUTAGE, prefix=OUTAGE_NAME)

    def enable(self, name: str) -> None:
        """Listen again."""
        self.remove(name, prefix=OUTAGE_NAME)

    def add(self, name: str, toxics: Toxics, *, prefix: str) -> None:
        """Add toxics to a proxy, each named `prefix` and its place."""
        for place, toxic in enumerate(toxics.toxics):
            label = f"{prefix}-{place}"
            body = {
                "name": label,
                "type": toxic.type,
                "stream": toxic.stream,
                "attributes": dict(toxic.attributes),
                "lease": self._lease,
            }
            self._call("POST", f"/proxies/{name}/toxics", body)
            with self._lock:
                self._in_force.setdefault((name, prefix), set()).add(label)

    def remove(self, name: str, *, prefix: str) -> None:
        """Remove the toxics that `add` made with this prefix; those already gone are fine.

        A fault of which one is gone already has healed by itself, which is counted in `lapses`.
        """
        with self._lock:
            expected = self._in_force.pop((name, prefix), set())
        toxics = msgspec.json.decode(self._call("GET", f"/proxies/{name}/toxics"))
        found = {each["name"] for each in toxics if each["name"].startswith(f"{prefix}-")}
        self.lapses += not expected <= found
        for label in sorted(found):
            try:
                self._call("DELETE", f"/proxies/{name}/toxics/{label}")
            except ControlError as error:
                if error.code is not ControlCode.TOXIC_NOT_FOUND:
                    raise
                self.lapses += 1  # since it was listed

    def lead(self, name: str, upstream: Address) -> None:
        """Connect to another upstream from now on; connections to the last one are cut."""
        self._call("POST", f"/proxies/{name}", {"upstream": str(upstream)})

    def _beat(self) -> None:
        with self._lock:
            needed = bool(self._in_force)
        if needed:
            self._call("POST", "/heartbeat")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        content = None if body is None else msgspec.json.encode(body)
        return call(self.address, method, path, content)
