"""Score and figures as OpenMetrics text, which GitLab's metrics report compares between branches.

https://docs.gitlab.com/ci/testing/metrics_reports/
"""

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.exposition import generate_latest

from windtunnel.criteria import Ruling
from windtunnel.criteria.score import POINTS
from windtunnel.reports.session_report import SessionReport


def text(report: SessionReport) -> str:
    """Return the metrics. One without a value is left out, such as the score of no test."""
    registry = CollectorRegistry()
    rulings = Gauge("windtunnel_verdicts", "Verdicts by ruling", ["ruling"], registry=registry)
    for ruling in Ruling:
        count = sum(verdict.ruling is ruling for verdict in report.verdicts)
        rulings.labels(ruling=ruling.value).set(count)
    flaky = Gauge("windtunnel_flaky_tests", "Tests that a rerun made pass", registry=registry)
    flaky.set(len({tried.test for tried in report.flaky}))
    pairs = Gauge(
        "windtunnel_matrix_pairs",
        "Pairs of dependency and fault, those that were tested and all",
        ["state"],
        registry=registry,
    )
    pairs.labels(state="tested").set(len(report.matrix.tested))
    pairs.labels(state="possible").set(len(report.matrix.pairs))
    if report.scored:
        score = Gauge("windtunnel_score", "Points out of 100", registry=registry)
        score.set(report.score.points)
        points = Gauge("windtunnel_points", "Points by category", ["category"], registry=registry)
        for category in POINTS:
            points.labels(category=category.value).set(report.score.of(category))
    figures = Gauge(
        "windtunnel_figure",
        "What a criterion measured, in its own unit (seconds, shares from 0 to 1)",
        ["test", "criterion", "subject", "unit"],
        registry=registry,
    )
    for judged in report.judged:
        verdict = judged.verdict
        if verdict.value is not None:
            labels = (judged.test, verdict.criterion, verdict.subject, verdict.unit)
            # GitLab takes what follows a "#" for a comment, also between quotes.
            figures.labels(*(label.replace("#", "%23") for label in labels)).set(verdict.value)
    # prometheus_client has types, this function of it has none.
    encoded: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return encoded.decode()
