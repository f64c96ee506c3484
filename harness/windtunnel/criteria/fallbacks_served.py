"""While a dependency is down, callers get its marked fallback and no error."""

from dataclasses import replace

from windtunnel.criteria.conditions import conditions
from windtunnel.criteria.matched_attempts import falls_back
from windtunnel.criteria.timeline import timeline
from windtunnel.criteria.verdict import Category, Ruling, Verdict
from windtunnel.criteria.wire_answers import unmarked
from windtunnel.records import Edge, ObservedRun


def fallbacks_served(run: ObservedRun, dependency: str) -> Verdict:
    """Judge that every request of a run during an outage is answered with the fallback."""
    total = len(run.responses)
    # An inner program's fallback is named to the driven one's callers by the dependency alone.
    name = Edge(dependency).dependency
    others = [r for r in run.responses if not (r.succeeded and falls_back(r, name))]
    served = total - len(others)
    doubt = unmarked(run, dependency)
    nothing = Verdict(
        criterion="fallbacks are served",
        criterion_id="fallbacks_served",
        mechanism="fallback",
        subject=str(dependency),
        ruling=Ruling.INCONCLUSIVE,
        statement="no request was made.",
        needs="requests during the outage",
        category=Category.BREAKERS,
        covers=(str(dependency),),
        unit="share",
        conditions=conditions(run),
        profile=run.profile,
        timeline=timeline(others, str(dependency), (), ()),
    )
    if not total:
        return nothing
    return replace(
        nothing,
        ruling=Ruling.PASS if served == total else Ruling.FAIL,
        statement=f"{served} of {total} requests were answered with the marked fallback;"
        f" required are all{f'; {doubt}' if doubt else ''}.",
        value=served / total,
        lower=served / total,
        upper=served / total,
        needs="",
    )
