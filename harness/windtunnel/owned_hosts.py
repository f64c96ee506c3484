"""Traffic of ours beyond this machine needs its owner's word: a slip must flood nobody."""

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import replace

from windtunnel.address import Address
from windtunnel.errors import ConfigurationError

OPTION = "--i-own-this-host"
"""Of commands; its value is the host as it was named."""
SETTING = "owned_hosts"


def is_loopback(address: str) -> bool:
    """Return whether an address is this machine's loopback; one that is not known is not."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None)
    return found.is_loopback or (inner is not None and inner.is_loopback)


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
    name: it is always this machine, by two addresses of which a server may have one.
    """
    addresses = resolved(address, place)
    check_owned(address.host, addresses, owned, place)
    if address.host == "localhost":
        return address
    return replace(address, resolved=addresses[0])


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
    return host == "host.docker.internal" or ("." not in host and ":" not in host)
