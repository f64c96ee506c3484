"""Finds who listens at an address of this machine: services that run already."""

from collections.abc import Iterable

import psutil

from windtunnel.address import Address


def listening_processes(addresses: Iterable[Address]) -> tuple[int, ...]:
    """Return the processes that listen at these ports of this machine, as far as one may see them.

    Of several that share a socket, the eldest: the others descend from it.
    """
    ports = {address.port for address in addresses if address.host in ("127.0.0.1", "localhost")}
    if not ports:
        return ()
    found: dict[int, int] = {}
    try:
        for each in psutil.net_connections("tcp"):
            if each.status != psutil.CONN_LISTEN or not each.pid or not each.laddr:
                continue
            if (port := each.laddr.port) in ports:
                found[port] = min(each.pid, found.get(port, each.pid))
    except (psutil.Error, OSError):
        return ()
    return tuple(sorted(set(found.values())))
