"""A charge, a mail, an order: whatever fails on the way, it is not done twice."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from windtunnel.criteria.completeness import missed, needed, partial
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.operations import ByField, ByRequest, EffectCount, KeyRule, Operation
from windtunnel.criteria.possible_effects import (
    Effect,
    EffectiveCall,
    effective_calls,
    is_present,
    recorded_name,
)
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
    at a time: as many effects as an untroubled request has belong to one.
    """
    evidence = run.everywhere(dependency)
    name = recorded_name(evidence, "key", key)
    of = recorded_name(evidence, "per", per) if per else ""
    rule = _rule(name, honoured)
    found = list(effective_calls(evidence, run.began, run.ended, calls))
    whose: ByField | ByRequest = ByRequest(found, run)
    if of or rule is not KeyRule.HONOURED:
        whose = ByField(found, of or name)
    operations = list(whose.operations.values())
    counts = [each.effects(name, rule) for each in operations]
    clear = isinstance(whose, ByField) or (whose.synchronous and not _of_its_own(evidence, found))
    allowed = 1 if isinstance(whose, ByField) else _usual(operations, counts)
    sure = _surely(whose, operations, counts, allowed) if clear and allowed else []
    loose = sum(call.effect is not Effect.NONE for call in whose.unnamed)
    if loose == 1 and not any(each.most for each in counts):
        loose = 0  # One alone is not done twice.
    most = sum(each.most > 1 for each in counts) + loose
    if not clear and sum(each.most for each in counts) > 1:
        most = max(most, 1)
    upper = most + missed(evidence, run.began, run.ended)
    ruling = decide_at_most(len(sure), upper, 0)
    needs = _needs(whose, rule, key, dependency, loose) if most else needed(evidence)
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


def _surely(
    whose: ByField | ByRequest,
    operations: Sequence[Operation],
    counts: Sequence[EffectCount],
    allowed: int,
) -> list[Operation]:
    """Return the operations that surely took effect more often than one does.

    A caller's request may make several calls on purpose. So one of them is an operation that took
    effect twice only where something failed, and it had more effects than others without failures.
    """
    return [
        each
        for each, count in zip(operations, counts, strict=True)
        if count.least > allowed and (isinstance(whose, ByField) or each.troubled)
    ]


def _usual(operations: Sequence[Operation], counts: Sequence[EffectCount]) -> int:
    """Return how many effects a request without failures has; 0 where they don't agree on it."""
    pairs = zip(operations, counts, strict=True)
    found = {count for each, count in pairs if not each.troubled}
    (count,) = found if len(found) == 1 else (EffectCount(0, 0),)
    return count.least if count.least == count.most else 0


def _of_its_own(evidence: Evidence, found: Sequence[EffectiveCall]) -> bool:
    """Whether some calls are of a kind that the service also makes without being asked."""
    kinds = {each.request for each in evidence.unasked if each.rate}
    return any(call.line in kinds for call in found)


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
