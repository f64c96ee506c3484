"""What a backend does when its start fails half-way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from windtunnel.errors import ControlError


@contextmanager
def stopped_on_failure(stop: Callable[[], None]) -> Iterator[None]:
    """Stop what was started where the block fails, and let the failure itself be the error.

    What could not be stopped is a note on that error: it follows from it more often than not.
    """
    try:
        yield
    except BaseException as error:
        try:
            stop()
        except ControlError as left:
            error.add_note(str(left))
        raise
