"""A Python environment for each version, built once for each state of what it is built from."""

import fcntl
import hashlib
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from windtunnel.errors import ConfigurationError, StartError, shown

SOURCES = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements*.txt",
    "requirements/*.txt",
    "constraints*.txt",
    "*.lock",
)
"""What an environment is built from: where none of these changed, it is the same one."""
DEADLINE = 900.0
"""Seconds that building one may take: a first one fetches every package."""


def python_for(tree: Path, install: str, cache: Path) -> str:
    """Return the Python of an environment with what `tree` needs; StartError with pip's last lines.

    `install` is the command that fills it, with {python} and {directory}; empty: pip installs the
    project, or its requirements.txt where it is none. The tree's own code is found by PYTHONPATH,
    so the copy of it that the environment may hold does not matter.
    """
    command = install or _install(tree)
    place = cache / _key(tree, command)
    python = place / "bin" / "python"
    ready = place / "windtunnel-ready"
    with _locked(cache, place.name):
        if not ready.exists():
            _run([sys.executable, "-m", "venv", "--clear", str(place)], tree)
            if command:
                values = {"{python}": str(python), "{directory}": str(tree)}
                _run([_fill(part, values) for part in _words(command)], tree)
            ready.touch()
    return str(python)


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise ConfigurationError(f"{shown(command)}: cannot be split into words: {error}") from None


def cache_folder() -> Path:
    """Return where the environments are kept: windtunnel's part of the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "windtunnel" / "environments"


def search_path(tree: Path) -> str:
    """Return the PYTHONPATH under which the tree's own code comes first."""
    own = [str(tree)]
    if (tree / "src").is_dir():
        own.insert(0, str(tree / "src"))
    return os.pathsep.join([*own, *filter(None, [os.environ.get("PYTHONPATH")])])


def _install(tree: Path) -> str:
    if any((tree / name).is_file() for name in ("pyproject.toml", "setup.py")):
        return "{python} -m pip install --quiet --disable-pip-version-check {directory}"
    if (tree / "requirements.txt").is_file():
        return (
            "{python} -m pip install --quiet --disable-pip-version-check"
            " -r {directory}/requirements.txt"
        )
    return ""


def _key(tree: Path, command: str) -> str:
    digest = hashlib.sha256(f"{platform.platform()} {sys.version} {command}".encode())
    for pattern in SOURCES:
        for path in sorted(tree.glob(pattern)):
            digest.update(str(path.relative_to(tree)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _locked(cache: Path, name: str) -> Iterator[None]:
    """Let one run at a time build an environment; the others wait for it."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fill(part: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        part = part.replace(name, value)
    return part


def _run(command: list[str], directory: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    except OSError as error:
        raise StartError(f"{command[0]}: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise StartError(f"{shlex.join(command)}: not done within {DEADLINE:g} s") from None
    if done.returncode:
        last = "\n".join(f"  {line}" for line in done.stdout.splitlines()[-15:])
        raise StartError(f"{shlex.join(command)}: exit status {done.returncode}\n{last}")
