"""Who may empty a server that runs on without us: one run at a time on this machine."""

import errno
import socket

from windtunnel.address import Address


class ServerClaims:
    """The servers that this run alone empties. They end with the process, however it ends."""

    def __init__(self) -> None:
        self._held: dict[str, socket.socket] = {}

    def __repr__(self) -> str:
        return f"<ServerClaims on {', '.join(self._held) or 'none'}>"

    def claim(self, address: Address) -> bool:
        """Whether the server is this run's to empty: no other run has claimed it."""
        name = str(address)
        if name in self._held:
            return True
        # An abstract address: no file is left behind, and the kernel gives it up with the process.
        claimed = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            claimed.bind(f"\0windtunnel empties {name}")
        except OSError as error:
            claimed.close()
            if error.errno != errno.EADDRINUSE:
                raise
            return False
        self._held[name] = claimed
        return True

    def close(self) -> None:
        """Give them up."""
        while self._held:
            self._held.popitem()[1].close()
