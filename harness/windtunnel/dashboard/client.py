"""What the commands say to a running dashboard."""

import http.client
from typing import Any

import msgspec

from windtunnel.dashboard.discovery import Announcement, announced
from windtunnel.dashboard.guard import TOKEN_HEADER
from windtunnel.errors import ControlError

DEADLINE = 30.0
"""Seconds for an answer: healing a killed dependency waits until it serves again."""


class Client:
    """Asks one dashboard. Raises ControlError with the dashboard's own message."""

    def __init__(self, announcement: Announcement) -> None:
        self._announcement = announcement

    def __repr__(self) -> str:
        return f"<Client of {self._announcement!r}>"

    def state(self) -> dict[str, Any]:
        """Return everything that the page shows now, without its history."""
        return self._call("GET", "/api/state")

    def inject(
        self, fault: str, dependency: str, parameters: dict[str, str], lease: float | None
    ) -> dict[str, Any]:
        """Inject a fault and return it with its number and lease."""
        body = {"fault": fault, "dependency": dependency, "parameters": parameters}
        return self._call("POST", "/api/faults", body | ({} if lease is None else {"lease": lease}))

    def heal(self, number: int) -> str:
        """Heal a fault and return what became of it."""
        return str(self._call("DELETE", f"/api/faults/{number}")["said"])

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        address = self._announcement.address
        connection = http.client.HTTPConnection(address.host, address.port, timeout=DEADLINE)
        try:
            connection.request(
                method,
                path,
                body=None if body is None else msgspec.json.encode(body),
                headers={
                    TOKEN_HEADER: self._announcement.token,
                    "Content-Type": "application/json",
                },
            )
            response = connection.getresponse()
            answer: dict[str, Any] = msgspec.json.decode(response.read())
        except (
            *(OSError, http.client.HTTPException),
            *(msgspec.DecodeError, UnicodeDecodeError, RecursionError),
        ) as error:
            raise ControlError(f"the dashboard at http://{address}: {error}") from error
        finally:
            connection.close()
        if response.status >= 300:
            raise ControlError(str(answer.get("error", f"answered {response.status}")))
        return answer


def connect(port: int | None = None) -> Client:
    """Return a client of the dashboard that runs, of that on `port` where several do.

    Raises ControlError where none runs, or where several do and no port is given.
    """
    alive = []
    for announcement in announced():
        if port is not None and announcement.port != port:
            continue
        client = Client(announcement)
        try:
            answering = client.state()["run"]["id"] == announcement.run
        except (ControlError, KeyError, TypeError):
            continue  # left behind by a killed run, or the port is another program's by now
        if answering:
            alive.append((announcement, client))
    if not alive:
        where = "" if port is None else f" on port {port}"
        raise ControlError(f"no stack runs here{where}; start one with `windtunnel up`")
    if len(alive) > 1:
        ports = ", ".join(str(announcement.port) for announcement, _ in alive)
        raise ControlError(f"several stacks run here; choose one with --port: {ports}")
    return alive[0][1]
