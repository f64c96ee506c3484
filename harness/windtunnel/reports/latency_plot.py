"""Latency over time as SVG: each request a dot, errors apart, faults as shaded spans."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from windtunnel.records import FaultWindow, Run
from windtunnel.records.load_run import LoadRun

WIDTH, HEIGHT = 900, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 28, 40
COLUMNS, ROWS = 400, 120
"""The raster. Requests in one cell are one dot, so that a million make no larger file."""
STYLE = (
    "text{font:12px sans-serif;fill:#444}.grid{stroke:#ddd}.answer{stroke:#2266aa}"
    ".fallback{stroke:#8250df}.error{stroke:#cc2222}.fault{fill:#f2a93b;opacity:.25}"
)
FEW = 2_000
"""With fewer dots than this, each is drawn larger than its cell."""
KINDS = ("answer", "fallback", "error")
"""The kinds of dots: a real answer, an answer marked as a fallback, or none."""


@dataclass(frozen=True, slots=True, eq=False)
class _Requests:
    """What is drawn: one value a request in each column."""

    due: NDArray[np.float64]
    ended: NDArray[np.float64]
    kind: NDArray[np.int_]
    """Its place in KINDS."""


def svg(run: LoadRun) -> str:
    """Return the plot of one run as a file of its own; see `picture`."""
    return picture([run], run.faults, style=STYLE) + "\n"


def picture(
    runs: Sequence[Run | LoadRun], faults: Sequence[FaultWindow], *, style: str = ""
) -> str:
    """Return the plot: seconds since the start across, latency upwards on a log scale.

    A request lies at the moment when it was due. One that failed is a dot of its own colour at the
    time it took. Without a style it takes its colours from the page around it.
    """
    parts_of = [_requests(run) for run in runs]
    due = np.concatenate([each.due for each in parts_of])
    kinds = np.concatenate([each.kind for each in parts_of])
    began, ended = min(run.began for run in runs), max(run.ended for run in runs)
    span = max(ended - began, 1e-3)
    took = np.maximum(np.concatenate([each.ended for each in parts_of]) - due, 1e-6)
    decades = _decades(took)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>Latency over time</title>",
        *([f"<style>{style}</style>"] if style else []),
        *_faults(faults, began, span),
        *_axes(span, decades),
    ]
    for place, kind in enumerate(KINDS):
        mask = kinds == place
        parts += _dots((due[mask] - began) / span, _height(took[mask], decades), kind)
    return "\n".join([*parts, "</svg>"])


def _requests(run: Run | LoadRun) -> _Requests:
    if isinstance(run, LoadRun):
        samples = run.samples
        return _Requests(samples.intended, samples.ended, np.where(samples.failure != 0, 2, 0))
    return _Requests(
        np.array([each.started for each in run.responses], np.float64),
        np.array([each.ended for each in run.responses], np.float64),
        np.array([2 if not e.succeeded else 1 if e.fallback else 0 for e in run.responses], int),
    )


def _decades(took: NDArray[np.float64]) -> tuple[int, int]:
    if not len(took):
        return -3, 0
    lowest, highest = float(np.min(took)), float(np.max(took))
    bottom = math.floor(math.log10(lowest))
    return bottom, max(bottom + 1, math.ceil(math.log10(highest) - 1e-9))


def _height(took: NDArray[np.float64], decades: tuple[int, int]) -> NDArray[np.float64]:
    bottom, top = decades
    height: NDArray[np.float64] = (np.log10(took) - bottom) / (top - bottom)
    return height


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _axes(span: float, decades: tuple[int, int]) -> list[str]:
    bottom, top = decades
    parts: list[str] = []
    end = WIDTH - RIGHT
    for power in range(bottom, top + 1):
        y = f"{_y((power - bottom) / (top - bottom)):.1f}"
        parts += (
            f'<line class="grid" x1="{LEFT}" x2="{end}" y1="{y}" y2="{y}"/>',
            f'<text x="{LEFT - 6}" y="{y}" dy="4" text-anchor="end">{_time(power)}</text>',
        )
    step = 10 ** math.floor(math.log10(span))
    step = next(s for s in (step / 5, step / 2, step, step * 2) if span / s <= 10)
    for number in range(int(span / step) + 1):
        x = _x(number * step / span)
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
            f"{number * step:g} s</text>"
        )
    return parts


def _time(power: int) -> str:
    for unit, below in (("µs", -3), ("ms", 0)):
        if power < below:
            return f"{10 ** (power - below + 3):g} {unit}"
    return f"{10**power:g} s"


def _faults(faults: Sequence[FaultWindow], began: float, span: float) -> list[str]:
    parts = []
    for window in faults:
        ended = began + span if window.ended is None else window.ended
        left = min(max((window.began - began) / span, 0.0), 1.0)
        right = min(max((ended - began) / span, 0.0), 1.0)
        if right <= left:
            continue
        parts.append(
            f'<rect class="fault" x="{_x(left):.1f}" y="{TOP}" width="{_x(right) - _x(left):.1f}"'
            f' height="{HEIGHT - TOP - BOTTOM}"><title>{escape(window.fault)}</title></rect>'
        )
        parts.append(f'<text x="{_x(left) + 3:.1f}" y="{TOP - 8}">{escape(window.fault)}</text>')
    return parts


def _dots(across: NDArray[np.float64], up: NDArray[np.float64], kind: str) -> list[str]:
    """Return all dots of one kind as one path, with a short stroke for each cell."""
    columns = np.clip((across * COLUMNS).astype(int), 0, COLUMNS - 1)
    rows = np.clip((up * ROWS).astype(int), 0, ROWS - 1)
    cells = np.unique(columns * ROWS + rows)
    if not len(cells):
        return []
    width, height = (_x(1) - _x(0)) / COLUMNS, (_y(0) - _y(1)) / ROWS
    # Few requests would hardly be seen as cells of the raster.
    thick = max(height, 4.0) if len(cells) < FEW else height
    strokes = "".join(
        f"M{_x(cell // ROWS / COLUMNS):.1f} {_y((cell % ROWS + 0.5) / ROWS):.1f}h{width:.1f}"
        for cell in cells.tolist()
    )
    return [f'<path class="{kind}" stroke-width="{thick:.1f}" d="{strokes}"/>']
