"""How Locust's workers hand over their records: batches in a file that the master appends to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from windtunnel.errors import ControlError
from windtunnel.load.plan import LoadPlan
from windtunnel.records.load_run import LoadRun
from windtunnel.records.samples import ROW, Samples
from windtunnel.records.strain import Strain

TIMES = ("intended", "started", "first_byte", "ended")


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What one worker recorded since its batch before."""

    worker: str
    rows: bytes
    """As in `windtunnel.load.recorder`, on the worker's monotonic clock."""
    began: float
    """When the worker's users began, on the worker's clock."""
    sent: float
    """When it was sent, on the worker's clock."""
    received: float
    """When it arrived, on the master's clock."""
    same_clock: bool
    """Whether worker and master share one clock: they run on one machine since its last start."""
    busy: float
    lag: float
    longest: float = 0.0
    """As in `windtunnel.records.load_run.Strain`, so far."""
    final: bool
    """Whether it is the worker's last."""


def write(path: Path, batch: Batch) -> None:
    """Append one batch."""
    encoded = msgspec.msgpack.encode(batch)
    with path.open("ab") as file:
        file.write(len(encoded).to_bytes(4, "big") + encoded)


def read(path: Path) -> list[Batch]:
    """Return the batches in order; one that was cut off by the master's end is left out."""
    data = path.read_bytes() if path.exists() else b""
    batches = []
    offset = 0
    while offset + 4 <= len(data):
        end = offset + 4 + int.from_bytes(data[offset : offset + 4], "big")
        if end > len(data):
            break
        batches.append(msgspec.msgpack.decode(data[offset + 4 : end], type=Batch))
        offset = end
    return batches


@dataclass(frozen=True, slots=True)
class Ended:
    """How the workers that this machine started have ended."""

    statuses: tuple[int, ...] = ()


def load_run(plan: LoadPlan, workers: int, batches: Sequence[Batch], ended: Ended) -> LoadRun:
    """Return the run that so many workers' batches make; ControlError where there is none.

    A worker without a last batch is named in `lost`: what it did after its latest is not known.
    """
    names = tuple(dict.fromkeys(batch.worker for batch in batches))
    if not names:
        raise ControlError(
            f"Locust: none of {workers} workers handed over any record{_statuses(ended)}"
        )
    lost = []
    for name in names:
        own = [batch for batch in batches if batch.worker == name]
        if not own[-1].final:
            lost.append(
                f"Locust worker {name} was lost after {own[-1].sent - own[0].began:.1f} s;"
                f" what it did later is not known{_statuses(ended)}"
            )
    if len(names) < workers:
        lost.append(f"{workers - len(names)} of {workers} Locust workers sent no record")
    rows = [_translated(batch, _offset(batches, batch.worker)) for batch in batches]
    samples = Samples.merged([Samples.of_rows(plan.mix.names, part) for part in rows])
    first = [next(b for b in batches if b.worker == name) for name in names]
    began = min(batch.began + _offset(batches, batch.worker) for batch in first)
    last = float(samples.ended[-1]) if len(samples) else began
    return LoadRun(
        samples=samples,
        began=began,
        ended=max(last, began + plan.stretch) if plan.arrivals else last,
        seconds=plan.stretch if plan.arrivals else max(1e-9, last - began),
        connections=plan.connections,
        seed=plan.seed,
        strain=Strain.worst(
            [
                Strain(
                    busy=batch.busy,
                    lag=batch.lag,
                    late=_late(plan, samples),
                    longest=batch.longest,
                )
                for batch in _latest(batches, names)
            ]
        ),
        engine="Locust",
        url=str(plan.destination),
        arrivals=str(plan.arrivals or ""),
        processes=workers,
        lost=tuple(lost),
    )


def _late(plan: LoadPlan, samples: Samples) -> float:
    late = samples.lateness if plan.arrivals else np.empty(0)
    return float(np.quantile(late, 0.99)) if len(late) else 0.0


def _latest(batches: Sequence[Batch], names: Iterable[str]) -> list[Batch]:
    return [[batch for batch in batches if batch.worker == name][-1] for name in names]


def _offset(batches: Sequence[Batch], worker: str) -> float:
    """Return what to add to a worker's times to have them on the master's clock.

    The least difference between arrival and sending: too great by the fastest message's way alone.
    """
    own = [batch for batch in batches if batch.worker == worker]
    if own[0].same_clock:
        return 0.0
    return min(batch.received - batch.sent for batch in own)


def _translated(batch: Batch, offset: float) -> NDArray[np.void]:
    rows = np.frombuffer(batch.rows, ROW).copy()
    for name in TIMES:
        rows[name] += offset
    return rows


def _statuses(ended: Ended) -> str:
    odd = [str(status) for status in ended.statuses if status != 0]
    return f" (a worker ended with status {', '.join(odd)})" if odd else ""
