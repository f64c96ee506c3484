"""What the caller of an edge was asked for: what the taps in front of it recorded.

A breaker of an inner program is judged by the requests that reached this program. Those of the
driven one tell nothing of it: a breaker further out may have kept them back.
"""

from windtunnel.criteria.completeness import missed
from windtunnel.records import Edge, Evidence, Exchange, ObservedRun, RequestFailure, Response, Run


def as_called(run: ObservedRun, dependency: str) -> tuple[ObservedRun, str]:
    """Return the run as the caller of this edge saw it, and the edge's name in it.

    That of the driven program is as it is, unless other programs asked it too: then these are
    requests as well. Where calls to a caller are not recorded one by one, it has no requests.
    """
    name = str(run.at(dependency).dependency)
    return _as_called(run, Edge(name).caller), name


def asked_by_others(run: ObservedRun) -> bool:
    """Whether the driven program also got requests of other programs, or may have."""
    return any(
        each.started_between(run.began, run.ended) or bool(missed(each, run.began, run.ended))
        for each in run.evidence
        if Edge(each.dependency).dependency == run.target
    )


def _as_called(run: ObservedRun, caller: str) -> ObservedRun:
    if caller in {"", run.target}:
        if not asked_by_others(run):
            return run
        caller, sent, edges = run.target, tuple(run.single_requests), {"", run.target}
    else:
        sent, edges = (), {caller}
    incoming = [each for each in run.evidence if Edge(each.dependency).dependency == caller]
    asked = [exchange for each in incoming for exchange in _asked(each, run)]
    if any(not each.tells_calls_apart or missed(each, run.began, run.ended) for each in incoming):
        asked, sent = [], ()
    first = max((each.number for each in sent), default=0) + 1
    received = (_response(n, each, run.ended) for n, each in enumerate(asked, start=first))
    responses = tuple(sorted((*sent, *received), key=lambda each: each.started))
    return Run(
        responses=responses,
        evidence=tuple(each for each in run.evidence if Edge(each.dependency).caller in edges),
        concurrency=_at_once(responses),
        began=run.began,
        ended=run.ended,
        seed=run.seed,
        profile=run.profile,
        profile_name=run.profile_name,
        backend=run.backend,
        faults=run.faults,
        notes=run.notes,
        limits=run.limits,
        machine=run.machine,
        target=caller,
        load_ended=run.load_ended,
        earlier=tuple(_as_called(each, caller) for each in run.earlier),
    )


def _asked(incoming: Evidence, run: ObservedRun) -> list[Exchange]:
    """Return what reached the caller itself during the run."""
    return [
        each
        for each in incoming.exchanges
        if run.began <= each.started <= run.ended and each.forwarded and not each.handshake
    ]


def _response(number: int, exchange: Exchange, until: float) -> Response:
    status = exchange.http_status
    return Response(
        number=number,
        endpoint=exchange.request,
        started=exchange.started,
        ended=until if exchange.ended is None else exchange.ended,
        status=status,
        failure=RequestFailure.NONE if status else RequestFailure.OTHER,
    )


def _at_once(responses: tuple[Response, ...]) -> int:
    """Return how many of the requests were under way at a time, at most."""
    changes = sorted(
        [(each.started, 1) for each in responses] + [(each.ended, -1) for each in responses]
    )
    most = going = 0
    for _, change in changes:
        going += change
        most = max(most, going)
    return max(most, 1)
