"""The command that runs one test again with the same random decisions."""

import shlex

from harness.session import Session


def replay(session: Session, test: str) -> str:
    """Return the command line."""
    return (
        f"pytest {shlex.quote(test)} --windtunnel-backend={session.choice.name}"
        f" --windtunnel-seed={session.seed}"
    )
