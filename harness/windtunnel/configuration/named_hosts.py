"""The hosts that a configuration names: where a run's traffic goes beside its own programs."""

from collections.abc import Iterator

from windtunnel.address import Address
from windtunnel.configuration.models import Configuration
from windtunnel.owned_hosts import check_owned, is_named_within, resolved


def check_hosts(configuration: Configuration, *, in_containers: bool) -> None:
    """Refuse hosts beyond this machine that are not named as the user's own; ConfigurationError.

    Where the stack runs in containers, a name without a dot may be one of the engine's networks.
    """
    for place, text in _named(configuration, in_containers=in_containers):
        address = Address.parse(text)
        if address.host in configuration.owned_hosts:
            continue
        if not (in_containers and is_named_within(address.host)):
            check_owned(address.host, resolved(address, place), configuration.owned_hosts, place)


def _named(configuration: Configuration, *, in_containers: bool) -> Iterator[tuple[str, str]]:
    if configuration.address and not in_containers:
        yield f"address = {configuration.address!r}", configuration.address
    for name, dependency in configuration.dependencies.items():
        of_file = in_containers and dependency.service
        if dependency.upstream and not dependency.command and not of_file:
            place = f"dependencies.{name}.upstream = {dependency.upstream!r}"
            yield place, dependency.upstream
