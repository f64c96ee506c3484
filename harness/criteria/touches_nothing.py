"""An endpoint answers without calling any dependency."""

from harness.criteria.attempts import attempts, between
from harness.criteria.conditions import conditions
from harness.criteria.timeline import timeline
from harness.criteria.verdict import Ruling, Verdict
from harness.records import Run


def touches_nothing(run: Run, control: Run) -> Verdict:
    """Judge that no attempt reached any dependency during `run`.

    `control` is a run through endpoints that do call every dependency: it must have left its
    mark at each tap, else the taps prove nothing and the verdict is INCONCLUSIVE. Connections that
    are opened or kept ready without carrying a request do not count as calls.
    """
    blind = [
        evidence.dependency
        for evidence in control.evidence
        if not between(evidence, control.began, control.ended).least
    ]
    reached = [
        (evidence.dependency, attempt)
        for evidence in run.evidence
        for attempt in attempts(evidence)
        if run.began <= attempt.started <= run.ended
    ]
    endpoint = ", ".join(sorted({response.endpoint for response in run.responses})) or "nothing"
    answered = sum(response.succeeded for response in run.responses)
    ruling = Ruling.FAIL if reached else Ruling.PASS
    needs = ""
    if not reached and (blind or not answered):
        ruling = Ruling.INCONCLUSIVE
        needs = (
            f"a control run that reaches {', '.join(blind)}" if blind else "requests that succeed"
        )
    return Verdict(
        criterion="touches no dependency",
        subject=endpoint,
        ruling=ruling,
        statement=f"{len(reached)} calls reached a dependency during {len(run.responses)}"
        f" requests ({answered} answered); allowed are 0.",
        value=float(len(reached)),
        lower=float(len(reached)),
        upper=float(len(reached)),
        needs=needs,
        conditions=conditions(run),
        timeline=tuple(
            moment
            for dependency in dict.fromkeys(name for name, _ in reached)
            for moment in timeline(
                run.responses,
                dependency,
                [attempt for name, attempt in reached if name == dependency],
                [attempt for name, attempt in reached if name == dependency],
            )
        ),
    )
