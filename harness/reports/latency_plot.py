"""Latency over time as SVG: each request a dot, errors apart, faults as shaded spans."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from harness.records import FaultWindow
from harness.records.load_run import LoadRun

WIDTH, HEIGHT = 900, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 28, 40
COLUMNS, ROWS = 400, 120
"""The raster: requests that fall into one cell are one dot, so a million make no larger file."""
_STYLE = (
    "text{font:12px sans-serif;fill:#444}.grid{stroke:#ddd}.answer{fill:#2266aa}"
    ".error{fill:#cc2222}.fault{fill:#f2a93b;opacity:.25}"
)


def svg(run: LoadRun) -> str:
    """Return the plot: seconds since the start across, latency upwards on a log scale.

    A request lies at the moment when it was due. One that failed is a red dot at the time it took.
    """
    samples, began = run.samples, run.began
    at = samples.intended - began
    took = np.maximum(samples.ended - samples.intended, 1e-6)
    span = max(run.ended - began, 1e-3)
    decades = _decades(took)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>Latency over time</title>",
        f"<style>{_STYLE}</style>",
        *_faults(run.faults, began, span),
        *_axes(span, decades),
    ]
    failed = samples.failure != 0
    for mask, kind in ((~failed, "answer"), (failed, "error")):
        parts += _dots(at[mask] / span, _height(took[mask], decades), kind)
    return "\n".join([*parts, "</svg>"]) + "\n"


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
    columns = np.clip((across * COLUMNS).astype(int), 0, COLUMNS - 1)
    rows = np.clip((up * ROWS).astype(int), 0, ROWS - 1)
    cells = np.unique(columns * ROWS + rows)
    width, height = (_x(1) - _x(0)) / COLUMNS, (_y(0) - _y(1)) / ROWS
    return [
        f'<rect class="{kind}" x="{_x(cell // ROWS / COLUMNS):.1f}"'
        f' y="{_y((cell % ROWS + 1) / ROWS):.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        for cell in cells.tolist()
    ]
