"""What records the traffic of one connection, as the connection sees it."""

from collections.abc import Callable
from typing import Protocol

from windtunnel.records import Ending


class TrafficObserver(Protocol):
    """Takes everything that happens on a connection, and must never raise."""

    def received(self, data: bytes, now: float) -> None:
        """Bytes came from the target."""
        ...

    def answered(self, data: bytes, now: float) -> None:
        """Bytes were handed on to the target."""
        ...

    def finished(self, now: float) -> None:
        """Note that the dependency's end of data was handed on to the target."""
        ...

    def left(self, now: float, gone: Callable[[], bool]) -> None:
        """Note that the target sent its end of data.

        `gone` says whether it has closed its connection wholly, as far as that shows.
        """
        ...

    def ended(self, by: Ending, now: float, *, reached: bool) -> None:
        """End the record; `reached` says whether the dependency had accepted it."""
        ...

    @property
    def idle(self) -> bool:
        """Whether every request that began has been answered."""
        ...

    @property
    def begun(self) -> int:
        """How many exchanges have begun."""
        ...

    def struck(self, place: int, toxic: str) -> None:
        """Note that a toxic altered the exchange at this place on the connection."""
        ...

    def kept(self, place: int) -> None:
        """Note that the dependency does not get the request at this place."""
        ...

    def dependency_answered(self, place: int, status: str) -> None:
        """Note that the dependency answered the request at this place, wholly."""
        ...

    def notice(self, text: str) -> None:
        """Note what could not be done."""
        ...
