"""Runs made by hand: latencies, failures and strain that a person can see through."""

from collections.abc import Sequence

import numpy as np

from windtunnel.records.load_run import LoadRun
from windtunnel.records.request_failure import RequestFailure
from windtunnel.records.samples import Samples
from windtunnel.records.strain import Strain

CALM = Strain(busy=0.3, lag=0.001, late=0.001)


def samples(
    latencies: Sequence[float],
    *,
    failed: Sequence[int] = (),
    gap: float = 0.01,
    names: tuple[str, ...] = ("/a",),
    failure_kind: RequestFailure = RequestFailure.TIMED_OUT,
    bad_status: int = 0,
) -> Samples:
    """Give one request every `gap` seconds; those at the places in `failed` got no answer.

    With `bad_status`, they got an answer of that status.
    """
    count = len(latencies)
    intended = np.arange(count, dtype=np.float64) * gap
    failure = np.zeros(count, np.uint8)
    failure[list(failed)] = RequestFailure.UNEXPECTED_STATUS if bad_status else failure_kind
    ended = intended + np.asarray(latencies, np.float64)
    return Samples(
        names=names,
        intended=intended,
        started=intended.copy(),
        first_byte=ended.copy(),
        ended=ended,
        connection=np.zeros(count, np.uint32),
        status=np.where(failure != 0, bad_status, 200).astype(np.uint16),
        request=(np.arange(count) % len(names)).astype(np.uint16),
        failure=failure,
        queued=np.zeros(count, np.uint8),
    )


def load_run(
    latencies: Sequence[float],
    *,
    failed: Sequence[int] = (),
    gap: float = 0.01,
    strain: Strain = CALM,
    lost: tuple[str, ...] = (),
    names: tuple[str, ...] = ("/a",),
    failure_kind: RequestFailure = RequestFailure.TIMED_OUT,
    bad_status: int = 0,
) -> LoadRun:
    """Return the run of these requests, offered at 1 / gap requests a second."""
    return LoadRun(
        samples=samples(
            latencies,
            failed=failed,
            gap=gap,
            names=names,
            failure_kind=failure_kind,
            bad_status=bad_status,
        ),
        began=0.0,
        ended=len(latencies) * gap,
        seconds=len(latencies) * gap,
        connections=4,
        seed=1,
        strain=strain,
        url="http://127.0.0.1:1",
        arrivals=f"{1 / gap:g} requests/s",
        lost=lost,
    )
