"""What a scenario saw beside the traffic: rows of a database, and conditions that it waited for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.records.machine_use import MachineUse

Cell: TypeAlias = bool | int | float | str | None
"""A value of a row; what is none of these (a UUID, a time, a decimal) is its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a query answered."""

    dependency: str
    query: str = field(repr=False)
    began: float
    """When it was asked: what the dependency held by then, it has."""
    ended: float
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = field(repr=False)
    complete: bool = True
    """False where there were more rows than are kept."""

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def dicts(self) -> tuple[Mapping[str, Cell], ...]:
        """Each row by the names of its columns."""
        return tuple(dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def column(self, name: str) -> tuple[Cell, ...]:
        """Return one column; ConfigurationError names the ones there are."""
        if name not in self.columns:
            raise ConfigurationError(f"no column {shown(name)}{suggestion(name, self.columns)}")
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)


class WaitOutcome(StrEnum):
    """How a wait ended."""

    CAME_TRUE = "came true"
    DEADLINE_PASSED = "deadline passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A condition that was waited for. True where it came true, in time or not."""

    what: str
    """As a person reads it."""
    within: float
    """Seconds that it was given."""
    began: float
    ended: float
    """When the last look ended."""
    outcome: WaitOutcome
    looks: int
    """How often it was looked at; the last time no earlier than the deadline, where it passed."""
    value: str = ""
    """What it was at the last look, as Python writes it."""
    machine: MachineUse | None = None
    """What this machine's cores did meanwhile; None where that is not known."""

    def __bool__(self) -> bool:
        return self.outcome is WaitOutcome.CAME_TRUE


Observation: TypeAlias = Rows | Wait
