"""Finds who listens at an address of this machine: services that run already."""

from collections.abc import Iterable
from contextlib import suppress

import psutil

from windtunnel.address import Address

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

PORT_CARRIERS = frozenset({"docker-proxy", "rootlessport"})
"""They listen for what runs in a container, and are not what runs there."""


def listening_processes(addresses: Iterable[Address]) -> tuple[int, ...] | None:
    """Return the processes that listen at these addresses of this machine's loopback.

    Of several that share a socket, the eldest: the others descend from it. None where one is not
    found: on another machine, in a container, or another user's.
    """
    wanted = set(addresses)
    listeners = _listeners({address.port for address in wanted}) if wanted else {}
    if not all(address.host in LOOPBACK and address.port in listeners for address in wanted):
        return None
    found = {listeners[address.port] for address in wanted}
    return None if any(map(_carries, found)) else tuple(sorted(found))


def carrying_processes(ports: Iterable[int]) -> tuple[int, ...]:
    """Return the processes that carry traffic from these ports into containers."""
    wanted = set(ports)
    return tuple(sorted({pid for pid in _listeners(wanted).values() if _carries(pid)}))


def _listeners(ports: set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    with suppress(psutil.Error, OSError):
        for each in psutil.net_connections("tcp"):
            if each.status != psutil.CONN_LISTEN or not each.pid or not each.laddr:
                continue
            if (port := each.laddr.port) in ports:
                found[port] = min(each.pid, found.get(port, each.pid))
    return found


def _carries(pid: int) -> bool:
    try:
        return psutil.Process(pid).name() in PORT_CARRIERS
    except psutil.Error:
        return False
