"""Runs git in a folder, whatever repository git itself was running in when it started us."""

import os
import subprocess
from pathlib import Path

from windtunnel.errors import ControlError

DEADLINE = 120.0
"""Seconds that one git command may take: a large repository is written to disk."""
KEPT = frozenset(
    {
        *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"),
        *("GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"),
    }
)
"""Variables that say how git is set up on this machine, and not which repository is meant.

All others go. A hook, an alias, `rebase -x` and `bisect run` have variables such as GIT_DIR and
GIT_INDEX_FILE from git: by them a command in another folder would write to the user's index.
"""


def git(directory: Path, *arguments: str, given: str = "") -> str:
    """Return what a git command prints; `given` is its input. Raises ControlError.

    No hook of the repository runs: making a work tree would run its post-checkout.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in KEPT
    }
    try:
        done = subprocess.run(
            ["git", "-c", f"core.hooksPath={os.devnull}", *arguments],
            cwd=directory,
            env={**environment, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"},
            input=given,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    except OSError as error:
        raise ControlError(f"git cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise ControlError(f"git {arguments[0]} was not done within {DEADLINE:g} s") from None
    if done.returncode:
        raise ControlError(f"git {' '.join(arguments)}: {done.stderr.strip() or 'failed'}")
    return done.stdout
