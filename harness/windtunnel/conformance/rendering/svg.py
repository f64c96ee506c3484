"""The report as a picture: for each property callers, dependency and phases on one time axis.

One self-contained SVG without scripts; its colours follow the reader's dark or light setting.
"""

from collections.abc import Callable
from html import escape

from windtunnel.conformance.conformance_report import ConformanceReport, PropertyResult
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.rendering.phases import phases

WIDTH, LEFT, RIGHT = 960, 96, 24
TOP, PANEL = 84, 132
"""Heights in pixels: of the heading, and of each property."""
LANES = {"callers": 40, "calls": 62, "breaker": 80}
"""How far below its panel's top each lane lies."""

STYLE = """
svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --good: #1a7f37;
  --bad: #cf222e; --doubt: #9a6700; --fallback: #8250df; --half: #bf8700; color-scheme: light dark }
@media (prefers-color-scheme: dark) {
  svg { --paper: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --line: #3d444d; --good: #3fb950;
    --bad: #f85149; --doubt: #d29922; --fallback: #ab7df8; --half: #d29922 }
}
text { font: 12px system-ui, sans-serif; fill: var(--ink) }
.faint { fill: var(--faint); font-size: 11px } .title { font-size: 17px; font-weight: 600 }
.name { font-weight: 600 } .end { text-anchor: end }
.PASS { fill: var(--good) } .FAIL { fill: var(--bad) } .INCONCLUSIVE { fill: var(--doubt) }
.axis { stroke: var(--line) } .mark { stroke-width: 2; stroke-linecap: round }
.good { stroke: var(--good); fill: var(--good) } .bad { stroke: var(--bad); fill: var(--bad) }
.fallback { stroke: var(--fallback); fill: var(--fallback) }
.closed { fill: var(--good); opacity: .35 } .open { fill: var(--bad); opacity: .8 }
.half-open { fill: var(--half); opacity: .8 }
"""

STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 300, 3600, 1e9)
"""Seconds between two marks of a time axis: the first that gives no more than eleven."""

LEGEND = (
    ("good", "answered"),
    ("fallback", "fallback"),
    ("bad", "failed or an error"),
    ("closed", "closed"),
    ("open", "open"),
    ("half-open", "half-open"),
)


Place = Callable[[float], float]


def draw(report: ConformanceReport) -> str:
    """Return the picture of all results that have a recording."""
    shown = [result for result in report.results if result.recording is not None]
    height = TOP + PANEL * len(shown) + 8
    heading = f"The breaker of {report.dependency} at {report.endpoint}"
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} aria-label="{escape(heading)}">',
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="var(--paper)"/>',
        _text(LEFT, 28, heading, "title"),
        _text(
            LEFT,
            47,
            f"{report.ruling} · backend {report.backend} · seed {report.seed} · as seen at the tap",
            "faint",
        ),
    ]
    parts += _legend()
    for number, result in enumerate(shown):
        parts += _panel(result, TOP + PANEL * number)
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> list[str]:
    parts, x = [], LEFT
    for kind, label in LEGEND:
        parts.append(f'<rect x="{x}" y="58" width="10" height="10" rx="2" class="{kind}"/>')
        parts.append(_text(x + 15, 67, label, "faint"))
        x += 34 + 6 * len(label)
    return parts


def _panel(result: PropertyResult, top: int) -> list[str]:
    assert result.recording is not None  # noqa: S101 - draw passes no other
    recording, verdict = result.recording, result.verdict
    run = recording.whole
    length = (run.ended - run.began) or 1.0
    scale = (WIDTH - LEFT - RIGHT) / length

    def x(at: float) -> float:
        return LEFT + (min(max(at, run.began), run.ended) - run.began) * scale

    parts = [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{top}" y2="{top}" class="axis"/>',
        f"<g><title>{escape(verdict.statement)}</title>",
        _text(LEFT - 10, top + 20, verdict.ruling.value, f"name end {verdict.ruling}"),
        _text(LEFT, top + 20, result.title, "name"),
        _text(WIDTH - RIGHT, top + 20, verdict.criterion, "faint end"),
        "</g>",
    ]
    names = ("callers", recording.dependency, "breaker")
    for name, offset in zip(names, LANES.values(), strict=True):
        parts.append(_text(LEFT - 10, top + offset + 5, name, "faint end"))
    parts += _callers(recording, top + LANES["callers"], x)
    parts += _calls(recording, top + LANES["calls"], x)
    for phase in phases(recording):
        wide = max(1.0, x(phase.ended) - x(phase.began))
        parts.append(
            f'<rect x="{x(phase.began):.1f}" y="{top + LANES["breaker"] - 6}" width="{wide:.1f}"'
            f' height="12" class="{phase.state}"><title>{phase.state}</title></rect>'
        )
    return parts + _axis(length, scale, top + 96)


def _callers(recording: Recording, y: int, x: Place) -> list[str]:
    parts = []
    for response in recording.whole.responses:
        kind = "good" if response in recording.real else "fallback" if response.succeeded else "bad"
        parts.append(_stretch(x(response.started), x(response.ended), y, kind, response.answer))
    return parts


def _calls(recording: Recording, y: int, x: Place) -> list[str]:
    end = recording.whole.ended
    return [
        _stretch(
            x(attempt.started),
            x(end if attempt.ended is None else attempt.ended),
            y,
            "bad" if attempt.failed else "good",
            str(attempt),
        )
        for attempt in recording.calls
    ]


def _stretch(begin: float, end: float, y: int, kind: str, what: str) -> str:
    """Return one call: a stroke where it starts, and a thin line for as long as it lasts."""
    line = (
        f'<line x1="{begin:.1f}" x2="{end:.1f}" y1="{y}" y2="{y}" class="{kind}" opacity=".4"/>'
        if end - begin > 2
        else ""
    )
    place = f'x1="{begin:.1f}" x2="{begin:.1f}" y1="{y - 6}" y2="{y + 6}"'
    return f'<g><title>{escape(what)}</title>{line}<line {place} class="mark {kind}"/></g>'


def _axis(length: float, scale: float, y: int) -> list[str]:
    step = next(each for each in STEPS if length / each <= 10)
    parts, at = [], 0.0
    while at <= length - step / 3:
        place = LEFT + at * scale
        parts.append(
            f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{y}" y2="{y + 4}" class="axis"/>'
        )
        label = f"{at:g} s" if step >= 0.1 else f"{at * 1000:g} ms"
        parts.append(_text(place, y + 17, label, "faint"))
        at = round(at + step, 6)
    return parts


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(text)}</text>'
