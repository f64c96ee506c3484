"""The command that runs one test again with the same random decisions."""

import os
import shlex
from pathlib import Path

import pytest

from windtunnel.plugin.options import BASE, BUILD, INCONCLUSIVE, REPORT_ONLY
from windtunnel.plugin.stash_keys import SESSION


def replay(item: pytest.Item) -> str:
    """Return the command line: the test, with whatever else decides what happens in it.

    Variables of the environment are not in it. In place of a secret it has a variable's name.
    """
    session, config = item.config.stash[SESSION], item.config
    words = [
        "pytest",
        _from_here(item),
        *([f"--windtunnel-backend={session.choice.name}"] if session.is_configured else []),
        f"--windtunnel-seed={session.seed}",
    ]
    for option in ("--windtunnel-config", BASE):
        value = config.getoption(option)
        words += [] if value is None else [f"{option}={value}"]
    words = [shlex.quote(word) for word in words]
    for setting in config.getoption("--windtunnel-setting"):
        name, _, given = setting.partition("=")
        words.append(session.masking.argument("--windtunnel-setting=", name, given))
    words += [REPORT_ONLY] if config.getoption(REPORT_ONLY) else []
    words += [BUILD] if config.getoption(BUILD) else []
    if config.getoption(INCONCLUSIVE) == "fail":
        words.append(f"{INCONCLUSIVE}=fail")
    return " ".join(words)


def _from_here(item: pytest.Item) -> str:
    """Return the test as it is named where pytest was called, as options' paths are."""
    path, *names = item.nodeid.partition("::")
    here = os.path.relpath(item.config.rootpath / path, item.config.invocation_params.dir)
    return "".join([Path(here).as_posix(), *names])
