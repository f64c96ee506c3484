"""A charge, a mail, an order: whatever fails on the way, it is not done twice."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from windtunnel.criteria.completeness import missed, needed, partial
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.operations import KeyRule, Operation, OperationSort, joined
from windtunnel.criteria.operations_by_field import ByField
from windtunnel.criteria.operations_by_request import ByRequest
from windtunnel.criteria.possible_effects import (
    Effect,
    EffectiveCall,
    effective_calls,
    is_present,
    recorded_name,
)
from windtunnel.criteria.unfinished_operations import unfinished
from windtunnel.criteria.verdict import Finding, Moment, Ruling, Verdict, decide_at_most
from windtunnel.errors import ConfigurationError, shown
from windtunnel.records import Evidence, FieldState, ObservedRun, RecordedField

SHOWN = 12
"""How many calls of operations that took effect twice a verdict lists."""


def at_most_once(
    run: ObservedRun,
    dependency: str,
    *,
    key: str,
    per: str = "",
    honoured: bool | None = None,
    calls: str = "",
) -> Verdict:
    """Judge that no operation takes effect twice at an HTTP dependency.

    A call took effect where the dependency answered it 2xx, though that answer was lost; it may
    have where no answer tells (5xx, none); it did not where it never arrived (refused, answered by
    a fault) or was refused (4xx). GET and other safe methods have none. `calls` picks others, by a
    method and the beginning of a path: "POST /charges".

    `key` is the field by which the dependency could know a call again ("header:Idempotency-Key",
    "json:order.id"), which its `record` setting has to name. With `honoured` it does the work of a
    key once, so that two calls with one key are one effect, and two keys are two. Without, each
    call is one effect. Where nothing is said it is honoured if it is a header of that meaning
    ("Idempotency-Key"); else it may be either, and calls with one key are INCONCLUSIVE.

    `per` names the operation: the field whose value stays when it is tried again ("json:order.id").
    Without it, that is the key itself where that is not honoured; else the caller's request, one
    at a time: as many effects as an untroubled request to the same endpoint has belong to one. Two
    paths, ids apart, are two operations, unless `calls` picks both, or one may go on with what
    failed at the other: that is INCONCLUSIVE. So is what may be tried again after the records end.
    """
    evidence = run.everywhere(dependency)
    name = recorded_name(evidence, "key", key)
    of = recorded_name(evidence, "per", per) if per else ""
    rule = _rule(name, honoured)
    found = list(effective_calls(evidence, run.began, run.ended, calls))
    whose: ByField | ByRequest = ByRequest(found, run)
    if of or rule is not KeyRule.HONOURED:
        whose = ByField(found, of or name, picked=bool(calls))
    operations = _Counted.each_of(whose.operations, name, rule)
    clear = isinstance(whose, ByField) or (whose.synchronous and not _of_its_own(evidence, found))
    sure = _surely(whose, operations) if clear else []
    loose = sum(call.effect is not Effect.NONE for call in whose.unnamed)
    if loose == 1 and not any(each.most for each in operations):
        loose = 0  # One alone is not done twice.
    parted = sum(_may_be_one(each, name, rule) for each in whose.doubtful)
    most = sum(each.most > 1 for each in operations) + loose + parted
    if not clear and sum(each.most for each in operations) > 1:
        most = max(most, 1)
    later = 0 if most else unfinished(whose.operations, whose.unnamed, run)
    most += later
    upper = most + missed(evidence, run.began, run.ended)
    ruling = decide_at_most(len(sure), upper, 0)
    needs = needed(evidence)
    if later:
        needs = (
            "what comes after the last answer: wait until the service is done, and judge"
            " stack.up_to_now(run)"
        )
    elif parted:
        needs = _needs_parts(whose)
    elif most:
        needs = _needs(whose, rule, key, dependency, loose)
    tally = _Tally.of(found, name)
    if not tally.sure + tally.possible:
        ruling, needs = Ruling.INCONCLUSIVE, "requests whose calls take effect"
    marked = [call for each in sure for call in each.calls]
    doubt = "" if upper == len(sure) else f", and {_number(upper - len(sure))} may have"
    return Verdict(
        criterion="at most once",
        criterion_id="at_most_once",
        mechanism="idempotency",
        subject=dependency,
        ruling=ruling,
        statement=f"of {len(operations)} operations {len(sure)} took effect twice{doubt}; allowed"
        f" is none. Of {len(found)} calls to {dependency} {tally.sure} took effect,"
        f" {tally.possible} may have, and {tally.without} had no {key}.",
        value=float(len(sure)),
        lower=float(len(sure)),
        upper=float(upper),
        unit="operations",
        needs=needs if ruling is Ruling.INCONCLUSIVE else "",
        findings=(
            Finding("took effect", float(tally.sure), "calls"),
            Finding("may have taken effect", float(tally.possible), "calls"),
            Finding("without a key", float(tally.without), "calls"),
            Finding("keys that came again", float(tally.again), "keys"),
        ),
        conditions=(
            *conditions(run),
            *partial(evidence),
            *_reliance(rule, key, dependency, tally.again),
            *(window.fault for window in run.faults),
        ),
        profile=run.profile,
        timeline=tuple(
            Moment(
                call.exchange.started,
                dependency,
                f"{call}; key {_shown(call.exchange.field(name))}",
                counted=call in marked,
            )
            for call in (marked or [call for call in found if call.troubled])[:SHOWN]
        ),
    )


@dataclass(frozen=True, slots=True)
class _Tally:
    """Counts of calls, and of keys."""

    sure: int
    possible: int
    without: int
    again: int
    """Keys of more than one call that may have taken effect."""

    @classmethod
    def of(cls, found: Sequence[EffectiveCall], name: str) -> "_Tally":
        effects = Counter(call.effect for call in found)
        keys = Counter(
            call.exchange.field(name).value
            for call in found
            if call.effect is not Effect.NONE and is_present(call.exchange.field(name))
        )
        return cls(
            sure=effects[Effect.SURE],
            possible=effects[Effect.POSSIBLE],
            without=sum(call.exchange.field(name).state is FieldState.ABSENT for call in found),
            again=sum(count > 1 for count in keys.values()),
        )


def _rule(name: str, honoured: object) -> KeyRule:
    if not (honoured is None or isinstance(honoured, bool)):
        raise ConfigurationError(f"honoured={shown(honoured)}: expected True, False or None")
    if honoured is None and name.startswith("header:") and "idempoten" in name:
        return KeyRule.HONOURED
    if honoured is None:
        return KeyRule.UNKNOWN
    return KeyRule.HONOURED if honoured else KeyRule.IGNORED


def _reliance(rule: KeyRule, key: str, dependency: str, again: int) -> Iterator[str]:
    if again and rule is KeyRule.HONOURED:
        yield f"relies on {dependency} doing the work of a {key} once: {again} came again"


@dataclass(frozen=True, slots=True)
class _Counted:
    """An operation, and the least and the most effects that it had."""

    operation: Operation
    least: int
    most: int

    @classmethod
    def each_of(cls, operations: Sequence[Operation], name: str, rule: KeyRule) -> "list[_Counted]":
        counts = ((each, each.effects(name, rule)) for each in operations)
        return [cls(each, count.least, count.most) for each, count in counts]


def _surely(whose: ByField | ByRequest, operations: Sequence[_Counted]) -> list[Operation]:
    """Return the operations that surely took effect more often than one does.

    A caller's request may make several calls on purpose. So one of them is an operation that took
    effect twice only where something failed, and it had more effects than others without failures.
    """
    if isinstance(whose, ByField):
        return [each.operation for each in operations if each.least > 1]
    usual = _usual(operations)
    return [
        each.operation
        for each in operations
        if each.operation.troubled and each.least > usual.get(each.operation.sort, math.inf)
    ]


def _usual(operations: Sequence[_Counted]) -> dict[OperationSort, int]:
    """Return how many effects one without failures has, of each sort that agrees on it."""
    found: defaultdict[OperationSort, set[tuple[int, int]]] = defaultdict(set)
    for each in operations:
        if not each.operation.troubled:
            found[each.operation.sort].add((each.least, each.most))
    agreed = {sort: counts.pop() for sort, counts in found.items() if len(counts) == 1}
    return {sort: least for sort, (least, most) in agreed.items() if least == most and least}


def _may_be_one(parts: Sequence[Operation], name: str, rule: KeyRule) -> bool:
    """Whether operations that may be one took effect twice only if they are."""
    alone = _Counted.each_of(parts, name, rule)
    return joined(parts).effects(name, rule).most > 1 and all(each.most <= 1 for each in alone)


def _of_its_own(evidence: Evidence, found: Sequence[EffectiveCall]) -> bool:
    """Whether some calls are of a kind that the service also makes without being asked."""
    kinds = {each.request for each in evidence.unasked if each.rate}
    return any(call.line in kinds for call in found)


def _needs_parts(whose: ByField | ByRequest) -> str:
    if isinstance(whose, ByRequest):
        return "per='json:…', a field that stays the same when it is tried again, anywhere"
    return (
        "calls='…', a method and the beginning of the paths at which the same work is done: whether"
        " calls of several paths are one operation is not known"
    )


def _needs(whose: ByField | ByRequest, rule: KeyRule, key: str, dependency: str, loose: int) -> str:
    if isinstance(whose, ByRequest):
        return (
            "to know which calls are one operation: per='json:…', a field that stays the same when"
            " it is tried again; or requests one at a time, some of them without failures"
        )
    if loose:
        return f"{whose.name} in every call: it could not be read, or was not there, in {loose}"
    if rule is KeyRule.UNKNOWN:
        return (
            f"honoured=True if {dependency} does the work of a {key} once however often it comes,"
            " honoured=False if it does it again"
        )
    return "answers of the dependency that tell whether it did the work"


def _number(count: float) -> str:
    return "any number" if math.isinf(count) else f"{count:g}"


def _shown(field: RecordedField) -> str:
    return field.value[:12] if is_present(field) else field.state.value
