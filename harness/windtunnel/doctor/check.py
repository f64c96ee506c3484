"""What one check found."""

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """How well a part is."""

    OK = "ok"
    NOTE = "note"
    """It could not be judged here, and need not be."""
    WARN = "warn"
    """It works, but not all of it, or perhaps not as meant."""
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One part, what was found of it, and what to do about it."""

    name: str
    condition: Condition
    found: str
    remedy: str = ""


def ok(name: str, found: str) -> Check:
    """Return that a part is well."""
    return Check(name, Condition.OK, found)


def note(name: str, found: str, remedy: str) -> Check:
    """Return that a part is not judged here, and where it is."""
    return Check(name, Condition.NOTE, found, remedy)


def warn(name: str, found: str, remedy: str) -> Check:
    """Return that a part may not be as meant."""
    return Check(name, Condition.WARN, found, remedy)


def fail(name: str, found: str, remedy: str) -> Check:
    """Return that a part does not work."""
    return Check(name, Condition.FAIL, found, remedy)
