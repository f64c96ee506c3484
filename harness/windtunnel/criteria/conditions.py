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
        f"seed {run.seed}",
        *_unasked(run),
    )


def _unasked(run: Run) -> Iterator[str]:
    for evidence in run.evidence:
        for unasked in evidence.unasked:
            yield f"at {evidence.dependency}: {unasked}"
