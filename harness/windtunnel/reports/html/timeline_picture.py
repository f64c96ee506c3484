"""A verdict's evidence as a small SVG: callers and dependency as lanes on one time axis."""

from collections.abc import Sequence
from html import escape

from windtunnel.criteria import Moment

WIDTH, LEFT, RIGHT = 720, 110, 16
TOP, LANE, AXIS = 6, 24, 22
"""Pixels: above the first lane, of each lane, and below the last."""


def draw(moments: Sequence[Moment]) -> str:
    """Return the picture; what counts against the service is a taller mark of its own colour."""
    places = list(dict.fromkeys(moment.place for moment in moments))
    began = min(moment.at for moment in moments)
    span = max(moment.at for moment in moments) - began or 1e-3
    foot = TOP + LANE * len(places)
    size = f'viewBox="0 0 {WIDTH} {foot + AXIS}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lanes" {size} role="img">',
        f"<title>{len(moments)} moments in {span * 1000:.1f} ms, as in the table below</title>",
    ]
    for number, place in enumerate(places):
        y = TOP + LANE * number + LANE // 2
        parts.append(
            f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(_fitting(place))}</text>'
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        )
    for moment in moments:
        x = LEFT + (moment.at - began) / span * (WIDTH - LEFT - RIGHT)
        y = TOP + LANE * places.index(moment.place) + LANE // 2
        half = 9 if moment.counted else 6
        kind = "error" if moment.counted else "answer"
        parts.append(
            f'<path class="{kind}" d="M{x:.1f} {y - half}v{2 * half}">'
            f"<title>{escape(moment.what)}</title></path>"
        )
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = LEFT + share * (WIDTH - LEFT - RIGHT)
        anchor = "end" if share == 1 else "start" if share == 0 else "middle"
        parts.append(
            f'<text class="faint" x="{x:.1f}" y="{foot + 14}" text-anchor="{anchor}">'
            f"{span * share * 1000:.1f} ms</text>"
        )
    return "\n".join([*parts, "</svg>"])


def _fitting(place: str) -> str:
    return place if len(place) <= 15 else f"{place[:14]}…"
