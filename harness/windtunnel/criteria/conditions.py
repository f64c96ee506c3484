"""The conditions of a run as text, the same in every verdict."""

from windtunnel.records import Run


def conditions(run: Run) -> tuple[str, ...]:
    """Return backend, network profile, concurrency, changed settings and the seed of a run."""
    return (
        f"backend {run.backend}",
        f"profile {run.profile}",
        f"{run.concurrency} at a time" if run.concurrency > 1 else "one at a time",
        *run.notes,
        f"seed {run.seed}",
    )
