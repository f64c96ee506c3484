"""Operations, each of which should take effect once: their calls, and how many effects they had."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from windtunnel.criteria.possible_effects import Effect, EffectiveCall, is_present
from windtunnel.records import FieldState


class KeyRule(StrEnum):
    """What a dependency does with a key that it knows."""

    HONOURED = "honoured"
    """It does the work of one key once."""
    IGNORED = "ignored"
    """It does the work of each call."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EffectCount:
    """The least and the most effects that some calls can have had."""

    least: int
    most: int


class OperationSort(NamedTuple):
    """What operations have in common of which one should have as many effects as another."""

    endpoint: str
    """What the caller asked for; empty where no request is looked at."""
    kind: str
    """The calls' method and path."""


@dataclass
class Operation:
    """Calls that belong to one piece of work, in order of their start."""

    sort: OperationSort
    calls: list[EffectiveCall] = field(default_factory=list)

    @property
    def troubled(self) -> bool:
        """Whether one of them may have had to be made again."""
        return any(call.troubled for call in self.calls)

    @property
    def has_effect(self) -> bool:
        """Whether one of them may have taken effect."""
        return any(call.effect is not Effect.NONE for call in self.calls)

    @property
    def method(self) -> str:
        """The method of its calls."""
        return self.calls[0].line.partition(" ")[0]

    def effects(self, key: str, rule: KeyRule) -> EffectCount:
        """Return how many effects they had, where the dependency has this rule for a field."""
        once = self._count(key, one_for_each_key=True)
        each = self._count(key, one_for_each_key=False)
        if rule is KeyRule.UNKNOWN:
            return EffectCount(once.least, each.most)
        return once if rule is KeyRule.HONOURED else each

    def _count(self, key: str, *, one_for_each_key: bool) -> EffectCount:
        sure: set[Hashable] = set()
        possible: set[Hashable] = set()
        for place, call in enumerate(self.calls):
            if call.effect is Effect.NONE:
                continue
            found = call.exchange.field(key)
            if found.state is FieldState.UNREAD and one_for_each_key:
                # Its key may be one of the others', or another one.
                possible.add(place)
                continue
            known = one_for_each_key and is_present(found)
            # Whether a key of one path is known at another, nobody has said.
            possible.add((found.value, call.line) if known else place)
            if call.effect is Effect.SURE:
                sure.add(found.value if known else place)
        return EffectCount(len(sure), len(possible))


def may_go_on(first: Operation, other: Operation) -> bool:
    """Whether the second may do the first one's work again, by another path.

    That is where a call that may have taken effect met a failure, and what came next, by the same
    method, went to the other path.
    """
    if first.method != other.method:
        return False
    return any(
        call.effect is not Effect.NONE and _is_open(first.calls, call.exchange.started)
        for call in other.calls
    )


def _is_open(calls: Sequence[EffectiveCall], at: float) -> bool:
    """Whether by then the last of these calls had failed, and an effect may have been had."""
    failed = False
    for call in reversed([each for each in calls if each.exchange.started < at]):
        if not call.troubled:
            break
        failed |= call.effect is not Effect.NONE
    return failed


def joined(operations: Sequence[Operation]) -> Operation:
    """Return several as if they were one."""
    calls = sorted(
        (call for each in operations for call in each.calls), key=lambda call: call.exchange.started
    )
    return Operation(operations[0].sort, calls)
