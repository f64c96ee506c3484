"""Requests find their connection open: the service had warmed it, or kept it."""

from harness.criteria.attempts import partial
from harness.criteria.conditions import conditions
from harness.criteria.verdict import Moment, Ruling, Verdict
from harness.records import Run


def opens_no_connection(run: Run, dependency: str) -> Verdict:
    """Judge that a run's calls to a dependency are made on connections from before the run.

    INCONCLUSIVE where no call was made: a request that needs no connection opens none.
    """
    evidence = run.at(dependency)
    opened = [each for each in evidence.connections if run.began <= each.opened <= run.ended]
    calls = sum(
        not exchange.handshake and run.began <= exchange.started <= run.ended
        for exchange in evidence.exchanges
    )
    doubtful = not opened and (not calls or bool(evidence.dropped))
    return Verdict(
        criterion="opens no connection",
        subject=dependency,
        ruling=Ruling.INCONCLUSIVE if doubtful else Ruling.FAIL if opened else Ruling.PASS,
        statement=f"{len(run.responses)} requests made {calls} calls and opened {len(opened)}"
        " connections; allowed are 0.",
        value=float(len(opened)),
        lower=float(len(opened)),
        upper=float(len(opened)),
        unit="connections",
        needs="requests that call the dependency, seen by a tap that keeps all records"
        if doubtful
        else "",
        conditions=(*conditions(run), *partial(evidence)),
        timeline=tuple(
            Moment(each.opened, dependency, f"connection {each.number} opened", counted=True)
            for each in opened
        ),
    )
