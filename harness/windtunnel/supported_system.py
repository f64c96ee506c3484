"""Windtunnel works on Linux; elsewhere whatever would start something says so at once."""

import sys

from windtunnel.errors import BackendUnavailable

SUPPORTED = "linux"


def check_system(what: str) -> None:
    """Raise BackendUnavailable, which says what to do, on any other system than Linux."""
    if sys.platform != SUPPORTED:
        raise BackendUnavailable(
            f"{what} needs Linux, and this system is {sys.platform!r}: run it in a container or a"
            " virtual machine with Linux (on Windows: WSL 2), as continuous integration does;"
            " tests that use nothing of windtunnel's run here as ever"
        )
