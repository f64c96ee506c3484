"""Binds the one socket that "host:port" means, as Go does: IPv4 first; no host means all."""

import asyncio
import socket
from functools import partial

from windtunnel.address import Address
from windtunnel.ports import first_free


async def resolve(host: str, port: int) -> tuple[socket.AddressFamily, str, int]:
    """Return the address to bind; OSError where the name has none."""
    if not host:
        return socket.AF_INET6, "::", port
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found.sort(key=lambda each: each[0] != socket.AF_INET)
    family, _, _, _, address = found[0]
    return family, str(address[0]), port


async def bind(host: str, port: int) -> socket.socket:
    """Return a socket that is bound and does not listen yet; OSError where it cannot be had.

    Port 0 takes a free port from outside the range of connections: clients go on trying to connect
    there while a fault keeps the proxy from listening.
    """
    family, address, _ = await resolve(host, port)
    if port:
        return _bound(family, address, port)
    return first_free(partial(_bound, family, address))


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.settimeout(0)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address != "::"))
        bound.bind((address, port))
    except BaseException:
        bound.close()
        raise
    return bound


def address_of(bound: socket.socket) -> Address:
    """Return where a socket is bound."""
    return Address(*bound.getsockname()[:2])
