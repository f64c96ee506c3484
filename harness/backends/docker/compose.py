"""Runs compose: `docker compose` first, the older `docker-compose` as a fallback."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import BackendUnavailable, StartError

BUILD_DEADLINE = 900.0
"""Seconds that building the images may take: a first build fetches every package."""
UP_DEADLINE = 180.0


class Compose:
    """One compose project. Raises StartError with the last lines that compose printed."""

    def __init__(self, project: str, file: Path, environment: Mapping[str, str]) -> None:
        self._command = find_compose()
        self._project = project
        self._file = file
        self._environment = {**os.environ, **environment}
        if not file.is_file():
            raise BackendUnavailable(
                f"the backend docker needs a compose file, and there is no {file};"
                " configure docker.compose_file"
            )

    def __repr__(self) -> str:
        return f"<Compose {self._project} of {self._file}>"

    @property
    def name(self) -> str:
        """The command that is used."""
        return " ".join(self._command)

    def build(self) -> None:
        """Build the images that the file builds."""
        self._run(["build"], BUILD_DEADLINE)

    def up(self, services: Sequence[str]) -> None:
        """Start services and what they depend on."""
        self._run(["up", "-d", *services], UP_DEADLINE)

    def create(self, service: str) -> None:
        """Create a service's container without starting it."""
        # Not `create`: the older compose does not build networks for it.
        self._run(["up", "--no-start", service], UP_DEADLINE)

    def _run(self, arguments: Sequence[str], deadline: float) -> None:
        command = [
            *self._command,
            "--project-name",
            self._project,
            "--file",
            str(self._file),
            *arguments,
        ]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._environment,
                timeout=deadline,
                check=False,
                cwd=self._file.parent,
            )
        except subprocess.TimeoutExpired:
            raise StartError(f"{' '.join(command)}: not done within {deadline:g} s") from None
        if done.returncode:
            last = done.stdout.decode(errors="replace").splitlines()[-20:]
            shown = "\n".join(f"  {line}" for line in last)
            raise StartError(f"{' '.join(command)}: exit status {done.returncode}\n{shown}")


def find_compose() -> tuple[str, ...]:
    """Return the compose command of this machine; BackendUnavailable where there is none."""
    for command in (("docker", "compose"), ("docker-compose",)):
        try:
            found = subprocess.run(
                [*command, "version"], capture_output=True, timeout=30, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if found.returncode == 0:
            return command
    raise BackendUnavailable(
        "the backend docker needs `docker compose` (or docker-compose), and neither works here"
    )
