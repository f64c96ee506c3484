"""Runs compose: `docker compose` first, the older `docker-compose` as a fallback."""

import copy
import json
import logging
import os
import re
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from windtunnel.errors import BackendUnavailable, StartError
from windtunnel.outgoing.log_text import LogText

LOG = logging.getLogger(__name__)

BUILD_DEADLINE = 900.0
"""Seconds that building the images may take: a first build fetches every package."""
UP_DEADLINE = 180.0
"""Seconds that starting may take, at least: services wait for jobs, such as migrations."""
DONE = "Creat|Start|Wait|Healthy|Recreat|Runn|Stopp|Remov"
PROGRESS = re.compile(rf" (?:Container|Network|Volume|Image) .+ (?:{DONE})\w*")
"""What compose prints of what goes well."""
OTHERS_STAY = {"COMPOSE_REMOVE_ORPHANS": "0", "COMPOSE_IGNORE_ORPHANS": "1"}
"""Each target has a file of its own, in which the other targets are none of its services."""


class Compose:
    """One compose project, of a file, or of what compose finds in the folder `home`.

    Relative paths in the file are taken from `home`. Raises StartError with the last lines that
    compose printed.
    """

    def __init__(
        self, project: str, file: Path | None, environment: Mapping[str, str], home: Path
    ) -> None:
        self._command = find_compose()
        self._program = plugin_of(self._command)
        self.project = project
        self._file = file
        self._home = home
        self._environment = {**os.environ, **environment, **OTHERS_STAY}
        if file is not None and not file.is_file():
            raise BackendUnavailable(
                f"the backend docker needs a compose file, and there is no {file};"
                " configure docker.compose_file"
            )

    def of(self, file: Path) -> "Compose":
        """Return the same project, of another file."""
        made = copy.copy(self)
        made._file = file  # noqa: SLF001 - one of its own kind
        return made

    def __repr__(self) -> str:
        return f"<Compose {self.project} of {self._file or self._home}>"

    @property
    def name(self) -> str:
        """The command that is used."""
        return " ".join(self._command)

    def config(self, profiles: Sequence[str] = ()) -> str:
        """Return the file with everything that it leaves to defaults, variables and other files.

        Services of these profiles are in it besides.
        """
        enabled = [part for profile in profiles for part in ("--profile", profile)]
        return self._run(["config"], UP_DEADLINE, options=enabled)

    def profiles(self) -> tuple[str, ...]:
        """Return the names of all profiles in the file."""
        return tuple(self._run(["config", "--profiles"], UP_DEADLINE).split())

    def build(self, services: Sequence[str]) -> None:
        """Build the images of services, where the file builds them."""
        self._run(["build", *services], BUILD_DEADLINE)

    def up(self, services: Sequence[str], *, deadline: float = UP_DEADLINE) -> None:
        """Start services and what they depend on, with all that they wait for."""
        self._run(["up", "-d", *services], deadline)

    def up_alone(self, service: str) -> None:
        """Start one service, and nothing that it depends on."""
        self._run(["up", "-d", "--no-deps", "--no-build", service], UP_DEADLINE)

    def create(self, service: str) -> None:
        """Create a service's container without starting it."""
        # Not `create`: the older compose does not build networks for it.
        self._run(["up", "--no-start", service], UP_DEADLINE)

    def run(self, file: Path, service: str, command: Sequence[str], *, deadline: float) -> None:
        """Run a command in a new container of another file's service, which is then removed."""
        arguments = ["run", "--rm", "-T", "--no-deps", service, *command]
        # A command that prepares may hold a password.
        self._run(arguments, deadline, file=file, hidden=len(command))

    def start(self, file: Path, service: str) -> None:
        """Start one service of another file in the same project, and nothing that it depends on."""
        arguments = ["up", "-d", "--no-deps", "--no-build", service]
        self._run(arguments, UP_DEADLINE, file=file)

    def _run(
        self,
        arguments: Sequence[str],
        deadline: float,
        *,
        options: Sequence[str] = (),
        file: Path | None = None,
        hidden: int = 0,
    ) -> str:
        """Return what compose prints; of what it is given, the last `hidden` words are not told."""
        read = file or self._file
        files = [] if read is None else ["--file", str(read)]
        home = ["--project-directory", str(self._home)]
        of_project = ["--project-name", self.project, *home]
        rest = [*of_project, *files, *options, *arguments]
        told = [*rest[:-hidden], "…"] if hidden else rest
        command = shlex.join([*self._command, *told]).replace("'…'", "…")
        LOG.info("running %s", LogText(command))
        begun = time.monotonic()
        try:
            done = subprocess.run(
                [*self._program, *rest],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=self._environment,
                timeout=deadline,
                check=False,
                cwd=self._home,
            )
        except subprocess.TimeoutExpired:
            raise StartError(
                f"{command}: not done within {deadline:g} s; where it waits for a job"
                " that takes longer, configure start_deadline"
            ) from None
        LOG.info("compose %s took %.1f s", arguments[0], time.monotonic() - begun)
        if done.returncode:
            printed = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
            last = [line for line in printed.splitlines() if not PROGRESS.fullmatch(line)][-20:]
            shown = "\n".join(f"  {line.strip()}" for line in dict.fromkeys(last))
            raise StartError(
                f"`{self.name} {arguments[0]}` ended with exit status {done.returncode}:\n{shown}\n"
                f"The command was {command}"
            )
        return done.stdout.decode(errors="replace")


def plugin_of(command: Sequence[str]) -> tuple[str, ...]:
    """Return compose's own program, by which `docker compose` does it; else the command itself.

    `docker` takes 0.1 s to hand over to it, which each target would pay.
    """
    if tuple(command) != ("docker", "compose"):
        return tuple(command)
    ask = ["docker", "info", "--format", "{{json .ClientInfo.Plugins}}"]
    try:
        found = subprocess.run(ask, capture_output=True, timeout=30, check=False)
        plugins = json.loads(found.stdout)
        paths = [str(each["Path"]) for each in plugins if each["Name"] == "compose"]
        return (paths[0],) if paths and os.access(paths[0], os.X_OK) else tuple(command)
    except (OSError, subprocess.TimeoutExpired, ValueError, TypeError, KeyError):
        return tuple(command)


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
