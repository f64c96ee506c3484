"""What a call through a breaker may come to, the same for every library."""

from collections.abc import Awaitable, Callable
from typing import Protocol

Call = Callable[[], Awaitable[bytes]]


class DependencyFailed(Exception):
    """The dependency refused, reset, answered with an error or nonsense."""


class TimedOut(DependencyFailed):
    """The dependency took too long."""


class ClientError(Exception):
    """The dependency answered with a 4xx: an answer, which each breaker is told to pass over."""


class Rejected(Exception):
    """The breaker did not let the call through."""


class Guarded(Protocol):
    """One dependency's breaker, as the service uses it."""

    async def __call__(self, call: Call) -> bytes:
        """Return the call's result, or raise its exception, or Rejected."""
        ...
