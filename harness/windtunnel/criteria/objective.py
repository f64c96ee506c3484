"""Objectives as a person writes them, such as "p99<50ms and errors<1%"."""

import re
from dataclasses import dataclass
from enum import StrEnum

from windtunnel.errors import ConfigurationError, suggestion

_CLAUSE = re.compile(r"\s*([^\s<>=]+)\s*([<>]=?|=+)\s*([0-9.eE+-]+)\s*(\S*)\s*")
_SECONDS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
_SHARES = {"%": 0.01}
_RATES = {"/s": 1.0, "rps": 1.0}
_METRICS = ("errors", "mean", "p50", "p90", "p95", "p99", "p99.9", "throughput")


class ObjectiveFigure(StrEnum):
    """The figure that an objective limits."""

    QUANTILE = "quantile"
    MEAN = "mean"
    ERRORS = "errors"
    THROUGHPUT = "throughput"


@dataclass(frozen=True, slots=True)
class Objective:
    """One figure and its limit."""

    figure: ObjectiveFigure
    limit: float
    """Seconds for a quantile or a mean, a share for errors, answers a second for throughput."""
    share: float = 0.0
    """Which quantile: 0.99 for p99."""
    text: str = ""
    """As it was written."""

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> tuple[Objective, ...]:
    """Return the objectives that `text` joins by "and"; ConfigurationError names what is wrong.

    Figures: p50, p99, p99.9, … and mean below a time (us, ms, s); errors below a share (%);
    throughput above a rate (/s).
    """
    if not text.strip():
        raise ConfigurationError('objective "": expected one such as "p99<50ms and errors<1%"')
    return tuple(_clause(each, text) for each in re.split(r"\band\b|,|&&", text))


def _clause(clause: str, whole: str) -> Objective:
    place = f'objective "{whole.strip()}"'
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        raise ConfigurationError(
            f"{place}: expected figure, sign and limit, such as p99<50ms; found {clause.strip()!r}"
        )
    name, sign, number, unit = match.groups()
    name = name.lower()
    figure, share = _figure(name, place)
    above = figure is ObjectiveFigure.THROUGHPUT
    if sign[0] != (">" if above else "<"):
        raise ConfigurationError(f"{place}: expected {name}{'>' if above else '<'}…, found {sign}")
    units, usual = {
        ObjectiveFigure.ERRORS: (_SHARES, "%"),
        ObjectiveFigure.THROUGHPUT: (_RATES, "/s"),
    }.get(figure, (_SECONDS, ""))
    if (unit or usual) not in units:
        raise ConfigurationError(
            f"{place}: the limit of {name} has the unit {unit!r}{suggestion(unit, units)}"
        )
    try:
        limit = float(number) * units[unit or usual]
    except ValueError:
        limit = -1.0
    if not 0 < limit < float("inf") or (figure is ObjectiveFigure.ERRORS and limit > 1):
        raise ConfigurationError(f"{place}: limit {number}{unit}: expected a number above zero")
    return Objective(figure, limit, share, clause.strip())


def _figure(name: str, place: str) -> tuple[ObjectiveFigure, float]:
    if re.fullmatch(r"p\d+(\.\d+)?", name):
        share = float(name[1:]) / 100
        if not 0 < share < 1:
            raise ConfigurationError(f"{place}: {name}: expected one between p0 and p100")
        return ObjectiveFigure.QUANTILE, share
    if name not in ("mean", "errors", "throughput"):
        raise ConfigurationError(
            f"{place}: no figure is named {name!r}{suggestion(name, _METRICS)}"
        )
    return ObjectiveFigure(name), 0.0
