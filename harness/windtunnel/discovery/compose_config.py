"""Asks `docker compose config` what a project's compose files say. Nothing is started."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windtunnel.discovery.compose_services import ComposeService, service_of

DEADLINE = 10.0
"""Seconds that compose may take: it only reads files."""
_KEPT = ("COMPOSE_", "DOCKER_", "XDG_", "LC_")
_KEPT_NAMES = frozenset({"HOME", "LANG", "PATH", "TMPDIR", "USER"})
_NEVER = frozenset({"COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_ENV_FILES", "DOCKER_HOST"})
_OFFLINE = {"COMPOSE_EXPERIMENTAL_GIT_REMOTE": "0", "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "0"}
"""What is included from elsewhere is not fetched."""


@dataclass(frozen=True, slots=True)
class ComposeAnswer:
    """What compose said."""

    services: Mapping[str, ComposeService] = field(default_factory=dict)
    refusal: str = ""
    """Why it could not read the files, in its own words; empty where it could."""


def ask_compose(folder: Path, names: Sequence[str], env_file: str = "") -> ComposeAnswer | None:
    """Return what compose makes of these files; None where there is no `docker compose` here.

    Of the environment it gets only what it needs itself: what is written to a configuration comes
    from the project, not from somebody's shell.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT_NAMES or (name.startswith(_KEPT) and name not in _NEVER)
    }
    environment |= _OFFLINE
    # By --file the .env of this folder would not be read where the first file is in another.
    environment |= {"COMPOSE_FILE": "\n".join(names), "COMPOSE_PATH_SEPARATOR": "\n"}
    options = ["--env-file", env_file] if env_file else []
    command = [*options, "--profile", "*", "config", "--format", "json"]
    try:
        if _ran(["version", "--short"], folder, environment).returncode:
            return None
        done = _ran(command, folder, environment)
    except subprocess.TimeoutExpired:
        return ComposeAnswer(refusal=f"no answer within {DEADLINE:g} s")
    except (OSError, ValueError):
        return None
    if done.returncode:
        return ComposeAnswer(refusal=_last_line(done.stderr))
    try:
        found = json.loads(done.stdout)["services"].items()
        return ComposeAnswer({name: service_of(name, _plain(each), folder) for name, each in found})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ComposeAnswer(refusal="an answer that cannot be read")


def _ran(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        ["docker", "compose", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment,
        timeout=DEADLINE,
        check=False,
        cwd=folder,
    )


def _last_line(printed: bytes) -> str:
    lines = [line.strip() for line in printed.decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "no reason was given")[:300]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value as the file has it: compose's answer is such a file, whose `$` is `$$`."""
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value
