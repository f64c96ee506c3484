"""Requests use connections that the service opened before them."""

from windtunnel.criteria.completeness import Bounds, missed, needed, partial
from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.verdict import Moment, Ruling, Verdict, decide_at_most
from windtunnel.records import ObservedRun


def opens_no_connection(run: ObservedRun, dependency: str) -> Verdict:
    """Judge that a run's calls to a dependency are made on connections from before the run.

    INCONCLUSIVE where no call was made.
    """
    evidence = run.at(dependency)
    dependency = str(evidence.dependency)
    opened = [each for each in evidence.connections if run.began <= each.opened <= run.ended]
    calls = sum(
        not exchange.handshake and run.began <= exchange.started <= run.ended
        for exchange in evidence.exchanges
    )
    count = Bounds(len(opened), len(opened) + missed(evidence, run.began, run.ended))
    ruling = decide_at_most(count.least, count.most, 0)
    needs = needed(evidence)
    if not opened and not calls:
        ruling, needs = Ruling.INCONCLUSIVE, "requests that call the dependency"
    return Verdict(
        criterion="opens no connection",
        criterion_id="opens_no_connection",
        mechanism="connections",
        subject=dependency,
        ruling=ruling,
        statement=f"{len(run.responses)} requests made {calls} calls and opened {count}"
        " connections; allowed are 0.",
        value=float(count.least),
        lower=float(count.least),
        upper=float(count.most),
        unit="connections",
        needs=needs if ruling is Ruling.INCONCLUSIVE else "",
        conditions=(*conditions(run), *partial(evidence)),
        profile=run.profile,
        timeline=tuple(
            Moment(each.opened, dependency, f"connection {each.number} opened", counted=True)
            for each in opened
        ),
    )
