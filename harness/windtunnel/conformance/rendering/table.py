"""The report as lines for a terminal."""

from collections.abc import Iterable, Mapping

from windtunnel.conformance.conformance_report import ConformanceReport, PropertyResult
from windtunnel.conformance.failures import DependencyFailure
from windtunnel.conformance.library_profiles import LibraryProfile
from windtunnel.conformance.property_definition import Property
from windtunnel.conformance.rendering import text_timeline
from windtunnel.criteria import Ruling
from windtunnel.reports.explanation import figure


def details(result: PropertyResult, *, timeline: bool = False) -> list[str]:
    """Return the evidence of one property: a line or two, and the timeline of what fails."""
    verdict = result.verdict
    lines = [verdict.statement]
    if verdict.findings:
        lines.append("; ".join(figure(finding) for finding in verdict.findings))
    if verdict.needs:
        lines.append(f"needs {verdict.needs}")
    if result.recording is not None and (timeline or verdict.ruling is Ruling.FAIL):
        lines += text_timeline.draw(result.recording)
    return lines


def summary(report: ConformanceReport) -> list[str]:
    """Return the lines that close a report."""
    counts = ", ".join(f"{len(report.ruled(ruling))} {ruling}" for ruling in Ruling)
    observed = report.observed
    failures = "never" if observed.failures is None else f"after {observed.failures} failures"
    known = "measured" if observed.measured else "as claimed"
    recovery = f"{observed.recovery} ({known})" if observed.recovery else "not known"
    return [
        f"{counts} in {report.seconds:.1f} s",
        f"the breaker opened {failures}, recovery time {recovery}",
    ]


def listing(
    properties: Iterable[Property],
    failures: Mapping[str, DependencyFailure],
    profiles: Iterable[LibraryProfile] = (),
) -> list[str]:
    """Return the properties with their sources, the kinds of failure, and the known breakers."""
    lines = []
    for each in properties:
        lines += [each.name, f"    {each.promise}", f"    [{each.source}]"]
    lines += ["", f"kinds of failure: {', '.join(failures)}"]
    known = [line for each in profiles for line in (each.name, f"    [{each.source}]")]
    return [*lines, "", "known by name (--like):", *known] if known else lines
