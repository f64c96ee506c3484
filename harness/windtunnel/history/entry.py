"""One run's line: a schema with a version, the machine, the commit, and every figure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from windtunnel.criteria.verdict import Verdict
from windtunnel.errors import ConfigurationError

SCHEMA = "windtunnel-history/1"
"""The schema's version. A new key keeps it; one that goes or changes its meaning makes it 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of one endpoint."""

    endpoint: str
    name: str
    unit: str
    base: float
    head: float
    ruling: str
    change: float | None = None
    """Of head against base, a share (or in `unit` for memory growth and calls), with the ends of
    its interval; None where there was too little evidence."""
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One run."""

    schema: str
    at: str
    """When it ended, in ISO 8601 with its zone."""
    commit: str
    """Head's commit."""
    head: str
    base: str
    fingerprint: str
    """Of the machine: absolute figures of different ones are never put side by side."""
    machine: str
    under: str
    """Backend, profile and faults: figures under different ones are different series."""
    seed: int
    figures: tuple[Figure, ...]
    remarks: tuple[str, ...] = ()


def figures(verdicts: Sequence[Verdict]) -> tuple[Figure, ...]:
    """Return the figures that verdicts rest on."""
    return tuple(
        Figure(
            endpoint=verdict.subject,
            name=verdict.criterion,
            unit=verdict.findings[0].unit,
            base=verdict.findings[0].value,
            head=verdict.findings[1].value,
            ruling=verdict.ruling.value,
            change=verdict.value,
            lower=verdict.lower,
            upper=verdict.upper,
        )
        for verdict in verdicts
        if len(verdict.findings) == 2
    )


def told_apart(masked: Entry, entry: Entry) -> Entry:
    """Return a masked entry whose endpoints differ wherever those of the entry itself do.

    A series is found by its endpoint. Of those that became the same by what was masked in them, the
    second is given the number 2, and so on: a token that is renewed begins no other series, and two
    endpoints make no common one.
    """
    names: dict[str, str] = {}
    for hidden, figure in zip(masked.figures, entry.figures, strict=True):
        if figure.endpoint in names:
            continue
        name, number = hidden.endpoint, 2
        while name in names.values():
            name, number = f"{hidden.endpoint} ({number})", number + 1
        names[figure.endpoint] = name
    apart = [
        replace(hidden, endpoint=names[figure.endpoint])
        for hidden, figure in zip(masked.figures, entry.figures, strict=True)
    ]
    return replace(masked, figures=tuple(apart))


def to_line(entry: Entry) -> str:
    """Return the entry as one line of JSON, without the line's end."""
    return msgspec.json.encode(entry).decode()


def from_line(line: str, place: str) -> Entry:
    """Return a line's entry; ConfigurationError names `place` where the line holds none."""
    try:
        schema = msgspec.json.decode(line, type=_Versioned).schema
        if schema != SCHEMA:
            raise ConfigurationError(f"{place}: schema {schema!r}; expected {SCHEMA!r}")
        return msgspec.json.decode(line, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{place}: not a line of history: {error}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Versioned:
    schema: str
