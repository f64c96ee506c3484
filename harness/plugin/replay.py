"""The command that runs one test again with the same random decisions."""

import pytest

from harness.plugin.state import SESSION


def replay(item: pytest.Item) -> str:
    """Return the command line."""
    session = item.config.stash[SESSION]
    return (
        f"pytest '{item.nodeid}' --windtunnel-backend={session.choice.name}"
        f" --windtunnel-seed={session.seed}"
    )
