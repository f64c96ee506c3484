"""A criterion: a run in, a verdict out."""

from windtunnel import Ruling, Verdict
from windtunnel.records import Run


def slowest_response(run: Run, *, below: float) -> Verdict:
    """Judge that the slowest response took less than `below` seconds."""
    slowest = max(response.duration for response in run.responses)
    return Verdict(
        criterion="slowest response",
        subject="the run",
        ruling=Ruling.PASS if slowest < below else Ruling.FAIL,
        statement=f"{slowest * 1000:.1f} ms; allowed under {below * 1000:g} ms.",
        value=slowest,
        unit="s",
        mechanism="response time",
    )
