"""What a service accepted is done, whatever fails meanwhile."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from windtunnel.criteria.completeness import missed, needed
from windtunnel.criteria.completeness import partial as gaps_of
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.possible_effects import (
    SAFE,
    Effect,
    effective_calls,
    is_present,
    recorded_name,
)
from windtunnel.criteria.verdict import Finding, Moment, Ruling, Verdict, decide_at_most
from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.number_bounds import AMOUNT, numbers
from windtunnel.records import FieldState, JourneyStep, ObservedRun, Response, Rows, field_name
from windtunnel.records.field_values import as_text, digest, in_clear, text_at

SHOWN = 12
"""How many of the lost ones a verdict lists."""


@numbers(within=AMOUNT)
def none_lost(
    run: ObservedRun,
    where: str | Rows,
    *,
    key: str,
    told: str = "",
    accepted: Collection[object] | None = None,
    within: float = 0.0,
    endpoint: str = "",
    calls: str = "",
) -> Verdict:
    """Judge that the effect of each accepted request is there, at a dependency or in its rows.

    `where` is an HTTP dependency, or what `stack.query` returned; `key` is the field of its calls
    ("json:order.id", which its `record` setting has to name), or the column, that has an
    operation's id. The ids of what was accepted are in `told` of each good answer ("json:id", where
    the request has `keep_body`, or "header:X-Order-Id"), or in `accepted`. `endpoint` picks the
    requests, or a journey's steps, where there are others; `calls` the calls that have the effect,
    as in `at_most_once`.

    `within` is how many seconds after its answer an effect may come; of `accepted`, after the run's
    load. One that is not there is lost
    if the records were made later than that (`stack.up_to_now(run)` reads them anew); if they were
    made sooner, or have gaps, the verdict is INCONCLUSIVE. So it is where none of the ids is there,
    and others are: they may be written otherwise.
    """
    if (accepted is None) == (not told):
        raise ConfigurationError("none_lost: expected one of told='json:…' and accepted=[…]")
    place = (
        _Place.of_rows(where, key) if isinstance(where, Rows) else _Place.of(run, where, key, calls)
    )
    _check_endpoint(run, endpoint)
    if accepted is None:
        wanted, unknown = _told(run, _named(told), endpoint)
    else:
        at = run.ended if run.load_ended is None else run.load_ended
        wanted, unknown = [_Accepted(as_text(each), at, "") for each in accepted], 0
        if accepted and isinstance(accepted, str | bytes):
            raise ConfigurationError(f"accepted={shown(accepted)}: expected a list of ids")
    absent = [each for each in wanted if place.name_of(each.id) not in place.sure]
    strange = len(absent) == len(wanted) and bool(place.sure)
    lost = [
        each
        for each in absent
        if not place.gaps
        and not strange
        and place.name_of(each.id) not in place.possible
        and each.at + within <= place.until
    ]
    upper = len(absent) + unknown
    ruling = decide_at_most(len(lost), upper, 0)
    needs = place.needs
    if any(each.at + within > place.until for each in absent):
        needs = f"records of later: {within:g} s after the last answer at least"
    if strange:
        needs = f"ids that are written alike: none of these is among the {len(place.sure)} there"
    if unknown:
        needs = f"{told} in each good answer, or journey; {unknown} had none{_kept(run, told)}"
    if not wanted:
        ruling, needs = Ruling.INCONCLUSIVE, needs if unknown else "requests that are accepted"
    return Verdict(
        criterion="none lost",
        criterion_id="none_lost",
        mechanism="durability",
        subject=place.subject,
        ruling=ruling,
        statement=f"of {len(wanted) + unknown} that were accepted {len(lost)} are not"
        f" there{f', and {upper - len(lost)} may not be' if upper > len(lost) else ''}; allowed is"
        " none.",
        value=float(len(lost)),
        lower=float(len(lost)),
        upper=float(upper),
        unit="operations",
        needs=needs if ruling is Ruling.INCONCLUSIVE else "",
        findings=(
            Finding("accepted", float(len(wanted) + unknown), "operations"),
            Finding("there", float(len(wanted) - len(absent)), "operations"),
        ),
        conditions=(
            *conditions(run),
            *place.conditions,
            *(window.fault for window in run.faults),
        ),
        profile=run.profile,
        timeline=tuple(
            Moment(
                each.at,
                "caller",
                f"{each.what or 'accepted'}: its effect is not there",
                counted=True,
            )
            for each in lost[:SHOWN]
        ),
    )


@dataclass(frozen=True, slots=True)
class _Accepted:
    """Something that was accepted."""

    id: str
    at: float
    """When its caller was told."""
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where effects are looked for."""

    subject: str
    sure: frozenset[str]
    """The ids that are there, as the place has them."""
    possible: frozenset[str] = frozenset()
    until: float
    """Up to when it was looked."""
    name_of: Callable[[str], str] = str
    """Returns what an id is called there."""
    gaps: bool = False
    """Whether something may be there that was not seen."""
    needs: str
    conditions: tuple[str, ...] = ()

    @classmethod
    def of(cls, run: ObservedRun, dependency: str, key: str, wanted: str) -> "_Place":
        """Return what a tap recorded of a dependency."""
        evidence = run.everywhere(dependency)
        name = recorded_name(evidence, "key", key)
        calls = list(effective_calls(evidence, run.began, run.ended, wanted))
        found: dict[Effect, set[str]] = {effect: set() for effect in Effect}
        unread = 0
        for call in calls:
            field = call.exchange.field(name)
            if is_present(field):
                found[call.effect].add(field.value)
            unread += field.state is FieldState.UNREAD and call.effect is not Effect.NONE
        needs = needed(evidence)
        if unread:
            needs = f"{key} in every call: it could not be read in {unread}"
        elif found[Effect.POSSIBLE]:
            needs = f"answers of {dependency} that tell whether it did the work"
        return cls(
            subject=dependency,
            sure=frozenset(found[Effect.SURE]),
            possible=frozenset(found[Effect.POSSIBLE]),
            until=run.ended,
            name_of=partial(
                in_clear if name in evidence.recorded_in_clear else digest, key=evidence.digest_key
            ),
            gaps=bool(unread) or missed(evidence, run.began, run.ended) > 0,
            needs=needs,
            conditions=gaps_of(evidence),
        )

    @classmethod
    def of_rows(cls, rows: Rows, key: str) -> "_Place":
        """Return what a query answered."""
        if key not in rows.columns:
            known = ", ".join(rows.columns) or "none"
            raise ConfigurationError(f"key={shown(key)}: no such column; there is: {known}")
        return cls(
            subject=rows.dependency,
            sure=frozenset(as_text(each) for each in rows.column(key) if each is not None),
            until=rows.began,
            gaps=not rows.complete,
            needs=f"all rows; the first {len(rows)} were kept",
        )


def _told(run: ObservedRun, name: str, endpoint: str) -> tuple[list[_Accepted], int]:
    """Return what good answers told, and how many told nothing that was kept."""
    found: list[_Accepted] = []
    silent: list[tuple[Response, list[Response]]] = []
    telling: set[str] = set()
    for response in run.responses:
        answers = list(_answers(response, endpoint))
        texts = [_text(answer, name) for answer in answers]
        for answer, text in zip(answers, texts, strict=True):
            if text is not None:
                what = f"request {response.number} {answer.endpoint}: {answer.answer}"
                found.append(_Accepted(text, answer.ended, what))
                telling.add(answer.endpoint)
        if None in texts or not texts:
            quiet = [each for each, text in zip(answers, texts, strict=True) if text is None]
            silent.append((response, quiet))
    return found, sum(_untold(*each, endpoint, telling) for each in silent)


def _untold(
    response: Response, quiet: Sequence[Response], endpoint: str, telling: Collection[str]
) -> int:
    """Return how many ids a caller should have been told, and was not, or they were not kept."""
    if response.steps is None or endpoint:
        return len(quiet)
    # Of a journey whose steps are not named, one tells at least; which of them, others show.
    known = sum(
        each.endpoint in telling and isinstance(each, JourneyStep) and each.method not in SAFE
        for each in quiet
    )
    told_nothing = len(quiet) == sum(each.succeeded for each in response.steps)
    return max(known, int(response.succeeded and told_nothing))


def _answers(response: Response, endpoint: str) -> Iterator[Response]:
    """Give the good answers of a request, or of a journey's steps."""
    for each in (response,) if response.steps is None else response.steps:
        if each.succeeded and endpoint in {"", each.endpoint}:
            yield each


def _kept(run: ObservedRun, told: str) -> str:
    """Return what may be the reason that answers told nothing."""
    if told.startswith("json:") and not any(each.body for each in _all_answers(run)):
        return ": no body was kept, for which the request needs keep_body = true"
    return " that was kept"


def _check_endpoint(run: ObservedRun, endpoint: str) -> None:
    known = list(dict.fromkeys(each.endpoint for each in _all_answers(run)))
    if endpoint and known and endpoint not in known:
        near = suggestion(endpoint, known[:SHOWN])
        raise ConfigurationError(
            f"endpoint={endpoint!r}: the run asked for none of that name{near}"
        )


def _all_answers(run: ObservedRun) -> Iterator[Response]:
    for response in run.responses:
        yield from (response,) if response.steps is None else response.steps


def _text(answer: Response, name: str) -> str | None:
    kind, _, path = name.partition(":")
    if kind == "header":
        return answer.headers.get(path)
    try:
        return text_at(json.loads(answer.body), path) if answer.body else None
    except (ValueError, RecursionError):
        return None


def _named(told: str) -> str:
    try:
        return field_name(told)
    except ValueError as error:
        raise ConfigurationError(f"told={shown(told)}: {error}") from None
