"""What an open loop keeps of its answers beside their row of numbers: little, and not of all."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNotes:
    """By the request's place in the samples."""

    fallbacks: Mapping[int, str] = field(default_factory=dict)
    """The dependencies whose fallbacks an answer names as its source."""
    headers: Mapping[int, Mapping[str, str]] = field(default_factory=dict, repr=False)
    """The headers of answers that were not good, of the first ones."""
    unread: int = 0
    """Answers that were not good whose headers were not kept."""
