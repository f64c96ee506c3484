"""The hosts that a command may send to: those of its options, and those of the configuration."""

from collections.abc import Callable, Sequence

from windtunnel.configuration import Configuration
from windtunnel.errors import NotConfigured


def consented(
    options: Sequence[str], configuration: Callable[[], Configuration]
) -> tuple[str, ...]:
    """Return the owned hosts of the options and of this folder's project, if it has any.

    ConfigurationError where its configuration is wrong: what it allows is then not known.
    """
    try:
        return tuple(dict.fromkeys((*options, *configuration().owned_hosts)))
    except NotConfigured:
        return tuple(options)
