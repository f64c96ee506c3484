"""Puts the page together. The most important things come first; what finds no room is counted."""

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from windtunnel.criteria import Moment, Ruling, Verdict
from windtunnel.criteria.fault_touched import FAULT_TOUCHED
from windtunnel.criteria.score import POINTS
from windtunnel.reports.explanation import amount, figure
from windtunnel.reports.html.timeline_picture import draw
from windtunnel.reports.scenario_result import Judged, ScenarioResult
from windtunnel.reports.session_report import SessionReport

LIMIT = 1_000_000
"""The greatest size of the file in bytes, so that it opens at once and fits into a mail."""
LONGEST = 2_000
"""The greatest length of one text, in characters."""
_ORDER = (Ruling.FAIL, Ruling.INCONCLUSIVE, Ruling.PASS)


class _Room:
    """How many bytes are left on the page."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, text: str, instead_of: str = "") -> bool:
        """Take the room that a text needs; return whether there was enough."""
        more = len(text.encode()) - len(instead_of.encode())
        if more > self.left:
            return False
        self.left -= more
        return True


def page(report: SessionReport) -> str:
    """Return the page, at most LIMIT bytes long. It says how much of the evidence it left out."""
    environment = _environment()
    whole = environment.get_template("page.html.jinja")
    # Without entries first, to see how much room they have.
    bare = _render(whole, report, {ruling: [] for ruling in _ORDER}, [], (0, 0, 0))
    room = _Room(LIMIT - len(bare.encode()) - 2_000)
    verdict, test = (environment.get_template(f"{n}.html.jinja") for n in ("verdict", "test"))
    entries, left_out, brief = _entries(verdict, report, room)
    plots, undrawn = _plots(test, report, room)
    return _render(whole, report, entries, plots, (left_out, brief, undrawn))


def _render(
    template: Template,
    report: SessionReport,
    entries: dict[Ruling, list[Markup]],
    plots: list[Markup],
    left_out: tuple[int, int, int],
) -> str:
    shown = [each for each in report.judged if not _unremarkable(each)]
    return template.render(
        report=report,
        counts={
            ruling: sum(each.verdict.ruling is ruling for each in report.judged)
            for ruling in _ORDER
        },
        touched=[each for each in report.judged if each.verdict.criterion_id == FAULT_TOUCHED],
        entries=entries,
        shown=len(shown),
        plots=plots,
        left_out=dict(zip(("verdicts", "evidence", "plots"), left_out, strict=True)),
        possible=POINTS,
    )


def _entries(
    template: Template, report: SessionReport, room: _Room
) -> tuple[dict[Ruling, list[Markup]], int, int]:
    """Return the verdicts' entries, how many verdicts have none, and how many lack evidence."""
    judged = sorted(
        (each for each in report.judged if not _unremarkable(each)),
        key=lambda each: _ORDER.index(each.verdict.ruling),
    )
    kept: list[tuple[Judged, str]] = []
    for each in judged:
        brief = template.render(judged=each, evidence=False)
        if room.take(brief):
            kept.append((each, brief))
    entries: dict[Ruling, list[Markup]] = {ruling: [] for ruling in _ORDER}
    without = 0
    for each, brief in kept:
        full = template.render(judged=each, evidence=True)
        if not room.take(full, instead_of=brief):
            without += 1
            full = brief
        # Rendered by a template that escapes.
        entries[each.verdict.ruling].append(Markup(full))  # noqa: S704 - the reason above
    return entries, len(judged) - len(kept), without


def _plots(template: Template, report: SessionReport, room: _Room) -> tuple[list[Markup], int]:
    """Return the tests' plots and how many found no room. Tests that did not pass come first."""
    drawn = sorted(
        (tried for tried in report.tests if tried.plot),
        key=lambda tried: (tried.outcome == "passed", tried.test, tried.attempt),
    )
    texts = [template.render(tried=tried) for tried in drawn]
    # Rendered by a template that escapes.
    taken = [Markup(text) for text in texts if room.take(text)]  # noqa: S704 - the reason above
    return taken, len(texts) - len(taken)


def _unremarkable(judged: Judged) -> bool:
    """Whether this verdict can share one line with all of its kind."""
    return judged.verdict.criterion_id == FAULT_TOUCHED and judged.verdict.ruling is Ruling.PASS


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("windtunnel.reports.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        interval=_interval, figures=_figures, short=_short, timeline=_timeline, moments=_moments
    )
    environment.globals["drawing"] = _drawing
    return environment


def _short(text: str) -> str:
    """Return a text, cut at LONGEST characters."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text)} characters)"


def _interval(verdict: Verdict) -> str:
    if verdict.lower is None:
        return ""
    # An end without a value is one that the evidence does not bound.
    upper = "unknown" if verdict.upper is None else amount(verdict.upper, verdict.unit)
    return f"{amount(verdict.lower, verdict.unit)} to {upper}"


def _figures(verdict: Verdict) -> str:
    return ", ".join(figure(finding) for finding in verdict.findings)


def _timeline(moments: Sequence[Moment]) -> Markup:
    return Markup(draw(moments))  # noqa: S704 - it escapes the texts that it draws


def _moments(moments: Sequence[Moment]) -> list[tuple[float, Moment]]:
    """Return each moment with its time in milliseconds from the first."""
    return [((moment.at - moments[0].at) * 1000, moment) for moment in moments]


def _drawing(tried: ScenarioResult) -> Markup:
    return Markup(tried.plot)  # noqa: S704 - drawn by latency_plot, which escapes
