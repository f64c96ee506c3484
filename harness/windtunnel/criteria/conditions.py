"""The conditions of a run as text, the same in every verdict."""

from collections.abc import Iterator

from windtunnel.records import Run


def conditions(run: Run) -> tuple[str, ...]:
    """Return backend, network profile, concurrency, changed settings and the seed of a run.

    And the calls that are left out, because the target makes them without being asked.
    """
    return (
        f"backend {run.backend}",
        f"profile {run.profile}",
        f"{run.concurrency} at a time" if run.concurrency > 1 else "one at a time",
        *run.notes,
        *_renewed(run),
        f"seed {run.seed}",
        *_unasked(run),
    )


def _renewed(run: Run) -> Iterator[str]:
    if again := sum(response.renewed for response in run.responses):
        yield f"{again} requests were sent again after a new login"


def _unasked(run: Run) -> Iterator[str]:
    for evidence in run.evidence:
        for unasked in evidence.unasked:
            yield f"at {evidence.dependency}: {unasked}"
