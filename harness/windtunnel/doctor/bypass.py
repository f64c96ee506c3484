"""Connections of the target that go past the proxy, as the operating system reports them."""

from collections.abc import Iterable, Iterator
from typing import Any

import psutil

from windtunnel.address import Address
from windtunnel.configuration import Dependency
from windtunnel.errors import UnsupportedFault
from windtunnel.stack import Stack


def connections(stack: Stack, dependency: Dependency) -> frozenset[str]:
    """Return the connections, also those just closed, between this machine and the upstream.

    As long as the tap has seen nothing it has made none of them. Empty where no upstream is
    configured, or where the target runs in a container.
    """
    if not dependency.upstream or stack.backend.name == "docker":
        return frozenset()
    address = Address.parse(dependency.upstream)
    try:
        found = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return frozenset()
    return frozenset(f"{address} from port {port}" for port in _callers(found, address))


def _callers(found: Iterable[Any], address: Address) -> Iterator[int]:
    """Yield the ports that connect to an address, as either side of the connection sees it."""
    for each in found:
        if not each.raddr or not each.laddr:
            continue
        if each.raddr.port == address.port and _same(each.raddr.ip, address.host):
            yield each.laddr.port
        elif each.laddr.port == address.port and _same(each.laddr.ip, address.host):
            yield each.raddr.port


def _same(ip: str, host: str) -> bool:
    loopback = {"localhost", "127.0.0.1", "::1"}
    return ip == host or (ip in loopback and host in loopback)


def elsewhere(stack: Stack) -> frozenset[str]:
    """Return what the target's processes are connected to now; empty where that is not known."""
    if stack.backend.name == "docker":
        return frozenset()
    try:
        pid = stack.default_target.pid
    except UnsupportedFault:
        return frozenset()
    return frozenset(_remotes(pid, stack.default_target.address.port))


def _remotes(pid: int, port: int) -> Iterator[str]:
    try:
        first = psutil.Process(pid)
        family = [first, *first.children(recursive=True)]
    except psutil.Error:
        return
    for process in family:
        try:
            found = process.net_connections("tcp")
        except psutil.Error:
            continue  # it has ended, or is another user's
        for each in found:
            # What comes in at the target's own port is the caller.
            if each.raddr and each.laddr.port != port:
                yield f"{each.raddr.ip}:{each.raddr.port}"
