"""Traffic of ours beyond this machine needs its owner's word: a slip must flood nobody."""

import ipaddress
import socket
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

from windtunnel.address import Address
from windtunnel.errors import ConfigurationError

OPTION = "--i-own-this-host"
"""Of commands; its value is the host as it was named."""
SETTING = "owned_hosts"
CONNECT_TIMEOUT = 1.0
"""Seconds for which each of several addresses may take to accept a connection."""


def is_loopback(address: str) -> bool:
    """Return whether an address is this machine's loopback; one that is not known is not.

    So is the unspecified one, 0.0.0.0 or ::, to which a connection ends here.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None)
    return any(each.is_loopback or each.is_unspecified for each in (found, inner) if each)


def check_owned(host: str, addresses: Collection[str], owned: Collection[str], place: str) -> None:
    """Refuse a host that is not this machine, and not among those named as the user's own.

    `addresses` are all that it resolves to, `place` says where it was named. ConfigurationError.
    """
    beyond = [each for each in addresses if not is_loopback(each)]
    if not beyond or host in owned:
        return
    found = f", found {', '.join(map(repr, owned))}" if owned else ""
    raise ConfigurationError(
        f"{place} is {beyond[0]}, outside this machine's loopback: expected {OPTION} {host},"
        f" or {SETTING} = [{host!r}] in the configuration, if it is yours{found}"
    )


def owned_address(address: Address, owned: Collection[str], place: str) -> Address:
    """Return an address that may be sent to, resolved now; ConfigurationError where it may not.

    What was checked is what is connected to, whatever the name leads to later. `localhost` stays a
    name: it is always this machine, by two addresses of which a server may have one. Of several
    addresses it is the first that accepts a connection.
    """
    addresses = resolved(address, place)
    check_owned(address.host, addresses, owned, place)
    if address.host == "localhost":
        return address
    return replace(address, resolved=_answering(addresses, address.port))


def _answering(addresses: list[str], port: int) -> str:
    for each in addresses if len(addresses) > 1 else ():
        with suppress(OSError), socket.create_connection((each, port), timeout=CONNECT_TIMEOUT):
            return each
    return addresses[0]


def resolved(address: Address, place: str) -> list[str]:
    """Return all addresses of a host, resolved now; ConfigurationError where it has none."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(
            f"{place}: host {address.host!r} cannot be resolved: {error}"
        ) from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_named_within(host: str) -> bool:
    """Return whether a container may know this host by a name that only its networks have."""
    return host == "host.docker.internal" or not ("." in host or ":" in host or _is_number(host))


def _is_number(host: str) -> bool:
    """Return whether a host is an address written as one number: 134744072 is 8.8.8.8."""
    try:
        socket.inet_aton(host)
    except (OSError, UnicodeError):
        return False
    return True
