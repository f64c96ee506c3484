"""A text for a log: cleaned only where a handler writes it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from windtunnel.outgoing.clean_records import clean_text
from windtunnel.outgoing.clean_stream import of_environment


@dataclass(frozen=True, slots=True)
class LogText:
    """What is logged; its string is without secrets and control characters."""

    said: object
    variables: Mapping[str, str] = field(default_factory=dict)
    """Variables whose values may stand in it."""

    def __str__(self) -> str:
        return clean_text(f"{self.said}", of_environment().knowing(self.variables))
