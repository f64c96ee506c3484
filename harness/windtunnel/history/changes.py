"""Finds where a series of runs changed its level."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median

from windtunnel.history.entry import Entry, Figure

SHORTEST = 3
"""The fewest runs of a new level: a single odd run is not a change."""
PENALTY = 3.0
"""The penalty of a change, in noise scales times log(number of runs). At 30 runs of heavy-tailed
noise (Student's t, 3 degrees) without any change, 1 series in 300 showed one."""


@dataclass(frozen=True, slots=True)
class SeriesRun:
    """One run's figure in a series."""

    entry: Entry
    figure: Figure


@dataclass(frozen=True, slots=True)
class Series:
    """One figure of one endpoint over the runs of one machine under one set of conditions."""

    endpoint: str
    name: str
    unit: str
    fingerprint: str
    machine: str
    under: str
    runs: tuple[SeriesRun, ...]
    changes: tuple[int, ...]
    """The index of each run at which a new level begins."""

    @property
    def values(self) -> tuple[float, ...]:
        """Head's figure of each run."""
        return tuple(run.figure.head for run in self.runs)

    def level(self, change: int) -> tuple[float, float]:
        """Return the medians before and after a change, each as far as the next change."""
        place = self.changes.index(change)
        before = ((0, *self.changes)[place], change)
        after = (change, (*self.changes, len(self.runs))[place + 1])
        return median(self.values[slice(*before)]), median(self.values[slice(*after)])


def series_of(entries: Sequence[Entry]) -> tuple[Series, ...]:
    """Return the series of a history; figures of different machines or conditions never mix."""
    gathered: dict[tuple[str, str, str, str], list[SeriesRun]] = {}
    for entry in entries:
        for figure in entry.figures:
            key = (entry.fingerprint, entry.under, figure.endpoint, figure.name)
            gathered.setdefault(key, []).append(SeriesRun(entry, figure))
    return tuple(
        Series(
            endpoint=endpoint,
            name=name,
            unit=runs[0].figure.unit,
            fingerprint=fingerprint,
            machine=runs[0].entry.machine,
            under=under,
            runs=tuple(runs),
            changes=changes([run.figure.head for run in runs]),
        )
        for (fingerprint, under, endpoint, name), runs in gathered.items()
    )


def can_find() -> bool:
    """Whether changes can be found here: ruptures exists for Python up to 3.13 only."""
    return find_spec("ruptures") is not None


def changes(values: Sequence[float]) -> tuple[int, ...]:
    """Return the indices at which a new level begins, by PELT on absolute deviations.

    Killick, Fearnhead and Eckley 2012, doi:10.1080/01621459.2012.737745, as in the package
    ruptures. The noise is taken from the differences of neighbours, which a change hardly alters.
    """
    if len(values) < 2 * SHORTEST or not can_find():
        return ()
    # Imported here: they take longer to load than the rest of the command.
    import numpy as np  # noqa: PLC0415 - for the reason above
    import ruptures  # noqa: PLC0415 - the same

    array = np.asarray(values, dtype=float)
    steps = np.diff(array)
    noise = 1.4826 * float(np.median(np.abs(steps - np.median(steps)))) / math.sqrt(2)
    # Counts are often all equal: then any difference is a change.
    noise = noise or 1e-3 * float(np.median(np.abs(array))) or 1e-9
    found = (
        ruptures.Pelt(model="l1", min_size=SHORTEST, jump=1)
        .fit((array - np.median(array)) / noise)
        .predict(pen=PENALTY * math.log(len(array)))
    )
    return tuple(int(place) for place in found[:-1])
