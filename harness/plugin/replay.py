"""The command that runs one test again with the same random decisions."""

import shlex

import pytest

from harness.plugin.keys import SESSION


def replay(item: pytest.Item) -> str:
    """Return the command line: the test, with whatever else decides what happens in it.

    Variables of the environment are not in it.
    """
    session, config = item.config.stash[SESSION], item.config
    words = [
        "pytest",
        item.nodeid,
        f"--windtunnel-backend={session.choice.name}",
        f"--windtunnel-seed={session.seed}",
    ]
    file = config.getoption("--windtunnel-config")
    words += [] if file is None else [f"--windtunnel-config={file}"]
    words += [f"--windtunnel-setting={each}" for each in config.getoption("--windtunnel-setting")]
    return shlex.join(words)
