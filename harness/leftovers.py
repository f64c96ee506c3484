"""Finds what a killed keeper left behind, and removes that and nothing else."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from harness.errors import BackendUnavailable
from harness.keeper.program import PROGRAMS

RUN_VARIABLE = "WINDTUNNEL_RUN"
KEEPER_VARIABLE = "WINDTUNNEL_KEEPER"
PREFIX = "windtunnel-"


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing of a run whose keeper is gone."""

    run: str
    kind: str
    """process, folder, or docker."""
    name: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What was found, and what could not be looked at."""

    leftovers: tuple[Leftover, ...]
    notes: tuple[str, ...]


def sweep(*, remove: bool) -> Swept:
    """Find, and with `remove` end, what belongs to runs that have no keeper any more.

    A process belongs to a run by the variable that its keeper gave it or by the keeper's note of
    it, a folder by its name, a container or network by its label. Processes of other users are
    not looked at.
    """
    alive = _runs_with(KEEPER_VARIABLE)
    folders = {run: folder for folder, run in _folders() if run not in alive}
    left = {run: found for run, found in _runs_with(RUN_VARIABLE).items() if run not in alive}
    for run, folder in folders.items():
        known = left.setdefault(run, [])
        known += [process for process in _noted(folder) if process not in known]
    found: list[Leftover] = []
    for run, processes in left.items():
        for process in processes:
            found.append(Leftover(run, "process", f"{process.pid} {process.name()}"))
            if remove:
                process.kill()  # psutil refuses where the pid was given to another process
    for run, folder in folders.items():
        found.append(Leftover(run, "folder", str(folder)))
        if remove:
            shutil.rmtree(folder, ignore_errors=True)
    in_engine, note = _docker(set(alive), remove=remove)
    return Swept((*found, *in_engine), (note,) if note else ())


def _folders() -> Iterator[tuple[Path, str]]:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        if (folder / "keeper.log").is_file():
            yield folder, folder.name.removeprefix(PREFIX).rpartition("-")[0]


def _noted(folder: Path) -> Iterator[psutil.Process]:
    """Yield the processes in the keeper's note that still are the ones it started."""
    try:
        lines = (folder / PROGRAMS).read_text().splitlines()
    except OSError:
        return  # it started none
    for line in lines:
        pid, _, began = line.partition(" ")
        with suppress(psutil.Error, ValueError):
            process = psutil.Process(int(pid))
            if process.create_time() == float(began):
                yield process


def _runs_with(variable: str) -> dict[str, list[psutil.Process]]:
    runs: dict[str, list[psutil.Process]] = {}
    for process in psutil.process_iter():
        try:
            run = process.environ().get(variable)
        except (psutil.Error, OSError):
            continue  # another user's, or gone meanwhile
        if run:
            runs.setdefault(run, []).append(process)
    return runs


def _docker(alive: set[str], *, remove: bool) -> tuple[list[Leftover], str]:
    # Imported here: the docker package takes long to load.
    from harness.backends.docker.engine import Engine, runs  # noqa: PLC0415 - for the reason above

    try:
        left = [run for run in runs() if run not in alive]
        if not remove:
            return [Leftover(run, "docker", "containers and networks") for run in left], ""
        found = []
        for run in left:
            engine = Engine(run)
            found += [Leftover(run, "docker", name) for name in engine.sweep()]
            engine.close()
    except BackendUnavailable as error:
        return [], f"Docker was not looked at: {str(error).splitlines()[0]}"
    return found, ""
