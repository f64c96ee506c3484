"""Builds a service in a copy of its folder, outside the tree, once for each state of its source."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.conformance.foreign.services import ForeignService

CACHE = Path(
    os.environ.get("WINDTUNNEL_FOREIGN_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "windtunnel-foreign"
)
BUILD_SECONDS = 900
GO = "/usr/local/go/bin"
"""Where Go's own archive puts it, which is not on every PATH."""
DONE = ".built"


def path() -> str:
    """Return the PATH on which the tools are looked for."""
    return os.pathsep.join([os.environ.get("PATH", ""), GO, "/usr/sbin"])


def missing(service: ForeignService) -> list[str]:
    """Return the tools that are not to be found here."""
    return [tool for tool in service.tools if shutil.which(tool, path=path()) is None]


def built(service: ForeignService) -> Path:
    """Return the folder in which the service can be started. RuntimeError where a build failed."""
    digest = hashlib.sha256("\n".join(service.build).encode())
    for each in sorted(service.source.rglob("*")):
        if each.is_file() and "__pycache__" not in each.parts:
            digest.update(str(each.relative_to(service.source)).encode() + each.read_bytes())
    folder = CACHE / f"{service.folder}-{digest.hexdigest()[:12]}"
    if not (folder / DONE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(service.source, folder)
        for command in service.build:
            done = subprocess.run(
                command.split(),
                cwd=folder,
                env={**os.environ, "PATH": path()},
                capture_output=True,
                text=True,
                timeout=BUILD_SECONDS,
                check=False,
            )
            if done.returncode:
                said = (done.stdout + done.stderr)[-2000:]
                raise RuntimeError(f"{service.name}: {command} failed in {folder}:\n{said}")
        (folder / DONE).touch()
    return folder
