"""Groups calls into operations, each of which should take effect once, and counts its effects."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from windtunnel.criteria.possible_effects import Effect, EffectiveCall, is_present
from windtunnel.records import FieldState, ObservedRun, Response


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


@dataclass
class Operation:
    """Calls that belong to one piece of work, in order of their start."""

    calls: list[EffectiveCall] = field(default_factory=list)

    @property
    def troubled(self) -> bool:
        """Whether one of them may have had to be made again."""
        return any(call.troubled for call in self.calls)

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
        unread = 0
        for place, call in enumerate(self.calls):
            if call.effect is Effect.NONE:
                continue
            found = call.exchange.field(key)
            if found.state is FieldState.UNREAD and one_for_each_key:
                # Its key may be one of the others', or another one.
                unread += 1
                possible.add(place)
                continue
            name: Hashable = found.value if one_for_each_key and is_present(found) else place
            possible.add(name)
            if call.effect is Effect.SURE:
                sure.add(name)
        return EffectCount(len(sure), len(possible))


@dataclass(frozen=True)
class ByField:
    """Operations that a field names: an order, say, by its id. Those of two paths are two."""

    calls: Sequence[EffectiveCall]
    name: str

    @cached_property
    def operations(self) -> Mapping[Hashable, Operation]:
        """By the field's value, and the method and path."""
        found: defaultdict[Hashable, Operation] = defaultdict(Operation)
        for call in self.calls:
            named = call.exchange.field(self.name)
            if is_present(named):
                found[named.value, call.line].calls.append(call)
        return found

    @property
    def unnamed(self) -> list[EffectiveCall]:
        """Calls that may belong to any."""
        return [each for each in self.calls if not is_present(each.exchange.field(self.name))]


@dataclass(frozen=True)
class ByRequest:
    """Operations by the caller's request during which their calls were made, one at a time."""

    calls: Sequence[EffectiveCall]
    run: ObservedRun

    @cached_property
    def windows(self) -> tuple[Response, ...]:
        """The callers' requests, those of journeys one by one."""
        found = (
            each
            for response in self.run.responses
            for each in (response.steps if response.steps is not None else (response,))
        )
        return tuple(sorted(found, key=lambda each: each.started))

    @cached_property
    def _placed(self) -> list[tuple[Response | None, EffectiveCall]]:
        starts = [window.started for window in self.windows]
        found: list[tuple[Response | None, EffectiveCall]] = []
        for call in self.calls:
            place = bisect_right(starts, call.exchange.started) - 1
            window = self.windows[place] if place >= 0 else None
            within = window is not None and call.exchange.started <= window.ended
            found.append((window if within else None, call))
        return found

    @cached_property
    def operations(self) -> Mapping[Hashable, Operation]:
        """By the request's start, and the call's method and path."""
        found: defaultdict[Hashable, Operation] = defaultdict(Operation)
        for window, call in self._placed:
            if window is not None:
                found[window.started, call.line].calls.append(call)
        return found

    @property
    def unnamed(self) -> list[EffectiveCall]:
        """Calls that were made during no request."""
        return [call for window, call in self._placed if window is None]

    @property
    def synchronous(self) -> bool:
        """Whether each call belongs to the request during which it was made, as far as one can see.

        A service that works on after its answer makes some of a request's calls during the next
        one: then some good answers come before any call, or a call outlasts its request.
        """
        if not self.run.is_sequential or self.unnamed:
            return False
        pairs = [(window, call) for window, call in self._placed if window is not None]
        for window, call in pairs:
            ended = call.exchange.ended
            if not call.troubled and ended is not None and ended > window.ended:
                return False
        served = {window.started for window, _ in pairs}
        kinds = {window.endpoint for window, _ in pairs}
        return all(
            window.started in served
            for window in self.windows
            if window.endpoint in kinds and window.succeeded and not window.fallback
        )
