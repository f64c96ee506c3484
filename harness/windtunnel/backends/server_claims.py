"""Who may empty a server that runs on without us: one run at a time on this machine."""

import errno
import ipaddress
import socket

from windtunnel.address import Address


class ServerClaims:
    """The servers that this run alone empties. They end with the process, however it ends."""

    def __init__(self) -> None:
        self._held: dict[str, socket.socket] = {}

    def __repr__(self) -> str:
        return f"<ServerClaims on {', '.join(self._held) or 'none'}>"

    def claim(self, address: Address) -> bool:
        """Whether the server is this run's to empty: no other run has claimed it.

        By each address that its name leads to: localhost is the server of 127.0.0.1.
        """
        taken: list[str] = []
        for name in _names(address):
            if name in self._held:
                continue
            if (claimed := _claimed(name)) is None:
                for each in taken:
                    self._held.pop(each).close()
                return False
            self._held[name] = claimed
            taken.append(name)
        return True

    def close(self) -> None:
        """Give them up."""
        while self._held:
            self._held.popitem()[1].close()


def _claimed(name: str) -> socket.socket | None:
    # An abstract address: no file is left behind, and the kernel gives it up with the process.
    claimed = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claimed.bind(f"\0windtunnel empties {name}")
    except OSError as error:
        claimed.close()
        if error.errno != errno.EADDRINUSE:
            raise
        return None
    return claimed


def _names(address: Address) -> list[str]:
    """Return what a server is claimed by, in one order, so that of two runs one gets them all."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError:
        return [f"{address.host.lower()} {address.port}"]
    return sorted({f"{_alike(str(each[4][0]))} {address.port}" for each in found})


def _alike(host: str) -> str:
    """Return an address of this machine itself as 127.0.0.1, however it is written."""
    found = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    return "127.0.0.1" if str(found) in {"::1", "::", "0.0.0.0"} else str(found)  # noqa: S104 - read
