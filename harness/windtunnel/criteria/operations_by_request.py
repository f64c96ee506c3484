"""Groups calls into operations by the caller's request during which they were made."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from windtunnel.criteria.call_kinds import call_kind
from windtunnel.criteria.operations import Operation, OperationSort, may_go_on
from windtunnel.criteria.possible_effects import EffectiveCall
from windtunnel.criteria.requests_of_caller import asked_by_others
from windtunnel.records import Edge, ObservedRun, Response


@dataclass(frozen=True)
class ByRequest:
    """Operations by the caller's request during which their calls were made, one at a time.

    Of a journey, each step is such a request.
    """

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
    def _by_window(self) -> dict[float, dict[str, Operation]]:
        """By the request's start, and by kind."""
        found: defaultdict[float, dict[str, Operation]] = defaultdict(dict)
        for window, call in self._placed:
            if window is not None:
                sort = OperationSort(call_kind(window.endpoint), call_kind(call.line))
                kinds = found[window.started]
                kinds.setdefault(sort.kind, Operation(sort)).calls.append(call)
        return found

    @cached_property
    def operations(self) -> list[Operation]:
        """Each by its request, and its calls' kind."""
        return [each for kinds in self._by_window.values() for each in kinds.values()]

    @property
    def doubtful(self) -> Iterator[tuple[Operation, ...]]:
        """Those that may be one operation.

        Calls of one request of which one failed, and then another path was called; and those of two
        steps of a journey that ask for the same, where the first met a failure.
        """
        for kinds in self._by_window.values():
            found = list(kinds.values())
            if any(may_go_on(*pair) or may_go_on(*pair[::-1]) for pair in combinations(found, 2)):
                yield tuple(found)
        for journey in self.run.responses:
            yield from self._tried_again(journey.steps or ())

    def _tried_again(self, steps: Sequence[Response]) -> Iterator[tuple[Operation, ...]]:
        """Give the operations of steps that ask for the same, one after another had failed."""
        asked: defaultdict[str, list[Response]] = defaultdict(list)
        for step in steps:
            asked[call_kind(step.endpoint)].append(step)
        for alike in asked.values():
            made = [self._by_window.get(step.started, {}) for step in alike]
            failed = (
                place
                for place, (step, kinds) in enumerate(zip(alike, made, strict=True))
                if _failed(step) or any(each.calls[-1].troubled for each in kinds.values())
            )
            first = next(failed, len(alike))
            again = [each for kinds in made[first:] for each in kinds.values()]
            if any(may_go_on(*pair) for pair in combinations(again, 2)):
                yield tuple(again)
                continue
            for kind in dict.fromkeys(each.sort.kind for each in again):
                yield tuple(each for each in again if each.sort.kind == kind)

    @property
    def unnamed(self) -> list[EffectiveCall]:
        """Calls that were made during no request."""
        return [call for window, call in self._placed if window is None]

    @property
    def synchronous(self) -> bool:
        """Whether each call belongs to the request during which it was made, as far as one can see.

        A service that works on after its answer makes some of a request's calls during the next
        one: then some good answers come before any call, or a call outlasts its request. What other
        programs call, or have the driven one do, belongs to no request of ours.
        """
        if not self.run.is_sequential or self.unnamed:
            return False
        if any(Edge(call.exchange.dependency).caller for call in self.calls):
            return False
        if asked_by_others(self.run):
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


def _failed(step: Response) -> bool:
    """Whether who asked may ask again: an error, or no answer."""
    return step.status is None or step.status >= 400
