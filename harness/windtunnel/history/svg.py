"""A history as one SVG picture: one panel for each series, with its changes marked."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from windtunnel.history.changes import Series
from windtunnel.history.text import described
from windtunnel.reports.explanation import amount

WIDTH, HEIGHT, MARGIN = 900, 150, 40


def picture(every: Sequence[Series]) -> str:
    """Return the picture; each panel has its own scale, from its least to its greatest value."""
    panels = "\n".join(_panel(series, place * HEIGHT) for place, series in enumerate(every))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT * len(every)}"'
        ' font-family="sans-serif" font-size="12">\n'
        '<rect width="100%" height="100%" fill="white"/>\n'
        f"{panels}\n</svg>\n"
    )


def _panel(series: Series, top: int) -> str:
    values = series.values
    low, high = min(values), max(values)
    left, right = MARGIN, WIDTH - MARGIN
    head, foot = top + MARGIN, top + HEIGHT - 20

    def x(place: float) -> float:
        return left + (right - left) * place / max(1, len(values) - 1)

    def y(value: float) -> float:
        return foot - (foot - head) * ((value - low) / (high - low) if high > low else 0.5)

    points = " ".join(f"{x(n):.1f},{y(value):.1f}" for n, value in enumerate(values))
    title = f"{series.endpoint}, {series.name}; machine {series.fingerprint}; {series.under}"
    parts = [
        f'<text x="{left}" y="{top + 16}" font-weight="bold">{escape(title)}</text>',
        f'<text x="{left}" y="{head - 6}" fill="#666">{escape(amount(high, series.unit))}</text>',
        f'<text x="{left}" y="{foot + 14}" fill="#666">{escape(amount(low, series.unit))}</text>',
        f'<polyline points="{points}" fill="none" stroke="#1565c0" stroke-width="1.5"/>',
    ]
    for n, run in enumerate(series.runs):
        said = f"{run.entry.commit[:9]} {run.entry.at}: {amount(run.figure.head, series.unit)}"
        parts.append(
            f'<circle cx="{x(n):.1f}" cy="{y(run.figure.head):.1f}" r="2.5" fill="#1565c0">'
            f"<title>{escape(said)}</title></circle>"
        )
    for change in series.changes:
        at = f"{x(change - 0.5):.1f}"
        parts.append(
            f'<line x1="{at}" x2="{at}" y1="{head}" y2="{foot}" stroke="#c62828"'
            f' stroke-dasharray="4 3"><title>{escape(described(series, change))}</title></line>'
        )
    return "\n".join(parts)
