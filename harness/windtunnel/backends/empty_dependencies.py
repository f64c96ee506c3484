"""Empties dependencies before a test: by their protocol, or else by a new start."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from windtunnel.address import Address
from windtunnel.configuration import Configuration, Dependency
from windtunnel.errors import StartError
from windtunnel.protocols.server_account import ServerAccount

LOG = logging.getLogger(__name__)


def empty_dependencies(
    configuration: Configuration,
    address: Callable[[str], Address],
    start_anew: Callable[[str], None],
    account: Callable[[str], ServerAccount],
    has_ended: Callable[[str], bool],
) -> None:
    """Empty the dependencies that are fresh for each test, all at once.

    `address` says where one serves past the tap, so that nothing of this is evidence; `account` as
    whom it is asked. One that we brought, and that cannot be emptied, starts anew, unless it
    `has_ended` by itself. Raises the first error in their order.
    """
    fresh = [name for name, each in configuration.dependencies.items() if each.is_fresh]
    if not fresh:
        return

    def apart(names: list[str]) -> list[str]:
        """Return of those that are one database one: it is not emptied twice at once."""
        found: dict[object, str] = {}
        for name in names:
            emptied = is_emptied_while_it_runs(configuration.dependencies[name])
            found.setdefault((address(name), account(name).database) if emptied else name, name)
        return list(found.values())

    def empty(name: str) -> None:
        settings = configuration.dependencies[name]
        begun = time.monotonic()
        if not is_emptied_while_it_runs(settings):
            start_anew(name)
        else:
            where = address(name)
            try:
                settings.speaks.empty(where, account(name))
            except OSError as error:
                if settings.has_own_server and not has_ended(name):
                    # Such as one with a password that no URL tells: fresh all the same.
                    LOG.info("%s at %s cannot be emptied: %s", name, where, error)
                    start_anew(name)
                    return
                raise StartError(
                    f"{name} at {where} cannot be emptied before a test: {error}; where it is to"
                    f" keep what it holds, configure dependencies.{name}.fresh = 'session'"
                ) from None
        LOG.info("emptied %s in %.3f s", name, time.monotonic() - begun)

    with ThreadPoolExecutor(len(fresh), "windtunnel-empty") as threads:
        for done in [threads.submit(empty, name) for name in apart(fresh)]:
            done.result()


def is_emptied_while_it_runs(dependency: Dependency) -> bool:
    """Whether a dependency is emptied by its protocol, and not by a new start."""
    # Past the tap, only bytes that nobody encrypts are known to be understood.
    return dependency.speaks.can_be_emptied and dependency.tls is None


def runs_already(dependency: str) -> str:
    """Return what is wrong where a dependency that runs already would have to be started anew."""
    return (
        f"dependencies.{dependency}.fresh = 'test': it runs already, so windtunnel cannot start it"
        " anew; give it a command, or empty it by a command of [prepare] test"
    )
