"""What every effect is: an answer's parts in, parts out; or an answer instead of one."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from windtunnel.protocols.http.message_heads import Message
from windtunnel.toxics.chunk import Action


@dataclass(slots=True)
class Part:
    """Some bytes of an answer, due at a time of the monotonic clock."""

    due: float
    data: bytes
    content: int = 0
    """How many of the bytes, from the first, are content rather than head or framing."""
    delimited: bool = True
    """False where only the connection's end ends the answer."""
    action: Action = Action.NONE
    last: bool = False
    """Whether the answer is whole with it."""


class AnswerEffect:
    """What one HTTP toxic does to one exchange. Times are in seconds."""

    defaults: ClassVar[Mapping[str, int | float | str]] = {}

    def __init__(
        self,
        attributes: Mapping[str, Any],
        draw: Callable[[], random.Random],
        touch: Callable[[], None],
    ) -> None:
        self.attributes = attributes
        self._draw = draw
        self._touch = touch
        self._touched = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {dict(self.attributes)}>"

    @staticmethod
    def mistake(attributes: Mapping[str, Any]) -> str:
        """Return what is wrong with these attributes, or ""."""
        negative = [n for n, v in attributes.items() if not isinstance(v, str) and v < 0]
        return f"{negative[0]} must not be negative" if negative else ""

    @cached_property
    def chance(self) -> random.Random:
        """What it draws from; few effects do, and seeding one takes long."""
        return self._draw()

    @property
    def committed(self) -> bool:
        """Whether it must see the answer to its end, though its toxic is removed meanwhile.

        What came without a part that was held back would be no answer.
        """
        return False

    def touch(self) -> None:
        """Say that the exchange is no longer what it would have been."""
        if not self._touched:
            self._touched = True
            self._touch()

    def instead(self, request: Message, now: float) -> list[Part] | None:
        """Return the answer that the dependency shall not be asked for, or None to ask it."""
        return None

    def alter(self, part: Part) -> list[Part]:
        """Return what becomes of a part of the answer."""
        return [part]
