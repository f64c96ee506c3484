"""Errors of several tasks, of which a caller wants to know one."""

from collections.abc import Iterator
from contextlib import contextmanager

from windtunnel.errors import WindtunnelError


@contextmanager
def single_error() -> Iterator[None]:
    """Raise the first WindtunnelError of a group by itself; other groups stay as they are."""
    try:
        yield
    except BaseExceptionGroup as group:
        ours = group.subgroup(WindtunnelError)
        while ours is not None:
            first = ours.exceptions[0]
            if not isinstance(first, BaseExceptionGroup):
                raise first from None
            ours = first
        raise
