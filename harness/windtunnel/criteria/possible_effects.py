"""Which calls took effect at an HTTP dependency, as far as the wire shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from windtunnel.errors import ConfigurationError, shown
from windtunnel.records import (
    Evidence,
    Exchange,
    ExchangeOutcome,
    FieldState,
    RecordedField,
    field_name,
)

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that ask for no effect (RFC 9110, 9.2.1)."""
NOT_DONE = frozenset({307, 308, *range(400, 500)})
"""Answers by which a server says that it did not do the work."""


class Effect(StrEnum):
    """Whether a call took effect."""

    SURE = "took effect"
    """It reached the dependency, which answered 2xx. Whether that answer arrived is another
    matter."""
    POSSIBLE = "may have taken effect"
    """It may have reached the dependency, and no answer of its tells."""
    NONE = "took no effect"
    """It never reached the dependency, or was refused by it (4xx)."""


@dataclass(frozen=True, slots=True)
class EffectiveCall:
    """One call that asks for an effect."""

    exchange: Exchange
    effect: Effect

    @property
    def line(self) -> str:
        """Its method and path, without the query."""
        return self.exchange.request.partition("?")[0]

    @property
    def troubled(self) -> bool:
        """Whether whoever made it may have to make it again."""
        status = self.exchange.http_status
        return (
            self.exchange.outcome is not ExchangeOutcome.ANSWERED
            or bool(self.exchange.faults)
            or status is None
            or status >= 500
        )

    def __str__(self) -> str:
        answer = self.exchange.status or self.exchange.outcome.value
        own = self.exchange.dependency_status
        lost = f", {own} of the dependency" if own and own != self.exchange.status else ""
        return f"{self.exchange.request}: {answer}{lost}, {self.effect.value}"


def effective_calls(
    evidence: Evidence, since: float, until: float, wanted: str = ""
) -> Iterator[EffectiveCall]:
    """Give the calls that started in a time and ask for an effect, in order.

    `wanted` is a method and the beginning of a path, such as "POST /charges". Without it they are
    those of all methods that are not safe.
    """
    unreached = {each.number for each in evidence.connections if not each.reached}
    for exchange in evidence.exchanges:
        if not since <= exchange.started <= until or exchange.handshake or exchange.is_unread:
            continue
        method = exchange.request.partition(" ")[0]
        if exchange.request.startswith(wanted) if wanted else method not in SAFE:
            yield EffectiveCall(exchange, _effect(exchange, exchange.connection in unreached))


def _effect(exchange: Exchange, unreached: bool) -> Effect:  # noqa: FBT001 - a fact, no mode
    if unreached or not exchange.forwarded:
        return Effect.NONE
    text = exchange.dependency_status
    if not text and exchange.outcome is ExchangeOutcome.ANSWERED:
        text = exchange.status
    # An SQLSTATE may have digits only.
    status = int(text) if text.isdecimal() and exchange.meaning is None else 0
    if 200 <= status < 300:
        return Effect.SURE
    return Effect.NONE if status in NOT_DONE else Effect.POSSIBLE


def recorded_name(evidence: Evidence, argument: str, name: str) -> str:
    """Return a field's name in these records; ConfigurationError where it is not recorded."""
    try:
        known = field_name(name)
    except ValueError as error:
        raise ConfigurationError(f"{argument}={shown(name)}: {error}") from None
    if known not in evidence.recorded:
        raise ConfigurationError(
            f"{argument}={name!r}: the tap of {evidence.dependency} does not record it; set"
            f' dependencies.{evidence.dependency}.record = ["{name}"]'
        )
    return known


def is_present(field: RecordedField) -> bool:
    """Whether the field was read and is there."""
    return field.state is FieldState.PRESENT
