"""Groups calls into operations by a field that names them, such as an order's id."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from windtunnel.criteria.call_kinds import CommonWords, call_kind
from windtunnel.criteria.operations import Operation, OperationSort, may_go_on
from windtunnel.criteria.possible_effects import EffectiveCall, is_present


@dataclass(frozen=True)
class ByField:
    """Operations that a field names.

    Calls of one value that are of several kinds, by method and path, are as many operations, unless
    a test has picked the calls (`picked`): then the value alone names one.
    """

    calls: Sequence[EffectiveCall]
    name: str
    picked: bool = False

    @cached_property
    def _named(self) -> dict[Hashable, dict[str, Operation]]:
        """By value, and by kind."""
        found: defaultdict[Hashable, dict[str, Operation]] = defaultdict(dict)
        for call in self.calls:
            named = call.exchange.field(self.name)
            if is_present(named):
                kind = "" if self.picked else call_kind(call.line)
                kinds = found[named.value]
                kinds.setdefault(kind, Operation(OperationSort("", kind))).calls.append(call)
        return found

    @cached_property
    def operations(self) -> list[Operation]:
        """Each by its field's value and its calls' kind."""
        return [each for kinds in self._named.values() for each in kinds.values()]

    @property
    def doubtful(self) -> Iterator[tuple[Operation, ...]]:
        """Those of one value that may be one operation.

        What went on at another path after a failure; and paths that no two values share, whose
        words may all be ids.
        """
        words = CommonWords(
            (call.line, value)
            for value, kinds in self._named.items()
            for operation in kinds.values()
            for call in operation.calls
        )
        for kinds in self._named.values():
            found = [each for each in kinds.values() if each.has_effect]
            if any(_alike(*pair, words) for pair in combinations(found, 2)):
                yield tuple(found)

    @property
    def unnamed(self) -> list[EffectiveCall]:
        """Calls that may belong to any."""
        return [each for each in self.calls if not is_present(each.exchange.field(self.name))]


def _alike(one: Operation, other: Operation, words: CommonWords) -> bool:
    if may_go_on(one, other) or may_go_on(other, one):
        return True
    first, second = ({words.possible_kind(c.line) for c in each.calls} for each in (one, other))
    return bool(first & second)
