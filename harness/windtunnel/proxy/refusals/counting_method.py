"""One way to count refusals: what each promises, and the one that cannot."""

from typing import Protocol

from windtunnel.records import Certainty


class RefusalCounting(Protocol):
    """One way to count the refusals of one outage."""

    certainty: Certainty

    def read(self) -> None:
        """Take in what has happened up to now."""
        ...

    def stop(self) -> None:
        """Count no more."""
        ...

    @property
    def times(self) -> tuple[float, ...]:
        """When each attempt arrived, where that is known."""
        ...

    @property
    def samples(self) -> tuple[tuple[float, int], ...]:
        """Upper bounds with their times, where that is all that is known."""
        ...


class NotCounting:
    """Counts nothing, and says so."""

    certainty = Certainty.NONE
    times: tuple[float, ...] = ()
    samples: tuple[tuple[float, int], ...] = ()

    def read(self) -> None:
        """Nothing can be read."""

    def stop(self) -> None:
        """Nothing was begun."""
