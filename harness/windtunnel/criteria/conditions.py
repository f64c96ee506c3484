"""The conditions of a run as text, the same in every verdict."""

from collections.abc import Iterator

from windtunnel.records import ObservedRun


def conditions(run: ObservedRun) -> tuple[str, ...]:
    """Return backend, network profile, concurrency, changed settings and the seed of a run.

    And the calls that are left out, because the target makes them without being asked.
    """
    return (
        f"backend {run.backend}",
        f"profile {run.profile}",
        run.pace,
        *run.notes,
        *_renewed(run),
        f"seed {run.seed}",
        *_unasked(run),
    )


def _renewed(run: ObservedRun) -> Iterator[str]:
    if again := run.renewed:
        yield f"{again} requests were sent again after a new login"


def _unasked(run: ObservedRun) -> Iterator[str]:
    for evidence in run.evidence:
        for unasked in evidence.unasked:
            yield f"at {evidence.dependency}: {unasked}"
