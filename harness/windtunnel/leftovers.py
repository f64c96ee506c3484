"""Finds what a killed keeper left behind, and removes that and nothing else."""

import os
import shutil
import tempfile
import time
from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from windtunnel.errors import BackendUnavailable
from windtunnel.extras import require
from windtunnel.keeper.process_keeper import PROGRAMS
from windtunnel.private_folders import is_private, process_space
from windtunnel.run_identity import KEEPER_VARIABLE, PREFIX, RUN_VARIABLE, run_of_folder

FORSAKEN = 60.0
"""Seconds after which a run that still has an empty folder is not about to begin."""


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
    it, a folder by its name, a container or network by its labels. What belongs to another user
    or another machine (an engine may serve several) is not looked at.
    """
    folders = {run: folder for folder, run in _folders()}
    processes = _started_by_us(_runs_with(RUN_VARIABLE), folders)
    in_engine, note = _runs_in_engine()
    # Read last: a run that begins meanwhile has its keeper before it has anything else.
    alive = _runs_with(KEEPER_VARIABLE)
    found: list[Leftover] = []
    for run in [*processes, *(each for each in folders if each not in processes)]:
        if run not in alive:
            known = processes.get(run, [])
            noted = _noted(folders[run]) if run in folders else ()
            known += [process for process in noted if process not in known]
            found += _end_processes(run, known, remove=remove)
    for run, folder in folders.items():
        if run not in alive:
            if remove:
                shutil.rmtree(folder, ignore_errors=True)
            if not remove or not folder.exists():
                found.append(Leftover(run, "folder", str(folder)))
    left = [run for run in in_engine if run not in alive]
    return Swept((*found, *_end_in_engine(left, remove=remove)), (note,) if note else ())


def _end_processes(
    run: str, processes: list[psutil.Process], *, remove: bool
) -> Iterator[Leftover]:
    for process in processes:
        with suppress(psutil.Error):  # gone meanwhile
            yield Leftover(run, "process", f"{process.pid} {process.name()}")
            if remove:
                process.kill()  # psutil refuses where the pid was given to another process


def _folders() -> Iterator[tuple[Path, str]]:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        # Anybody may make a folder of such a name, and name processes in it.
        if is_private(folder) and ((folder / "keeper.log").is_file() or _is_forsaken(folder)):
            yield folder, run_of_folder(folder.name)


def _is_forsaken(folder: Path) -> bool:
    """Whether a run ended before it could write anything there: no space, or no inode, was left."""
    with suppress(OSError):
        return time.time() - folder.stat().st_mtime > FORSAKEN and not any(folder.iterdir())
    return False


def _noted(folder: Path) -> Iterator[psutil.Process]:
    """Yield the processes in the keeper's note that still are the ones it started."""
    try:
        lines = (folder / PROGRAMS).read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return  # it started none
    here = process_space()
    for line in lines:
        with suppress(psutil.Error, ValueError):
            pid, began, space = line.split(" ", 2)
            process = psutil.Process(int(pid))
            if space == here and process.create_time() == float(began):
                yield process


def _started_by_us(
    runs: Mapping[str, list[psutil.Process]], folders: Container[str]
) -> dict[str, list[psutil.Process]]:
    """Return the processes of this user, and of others in runs whose folder is this user's.

    A server of ours may give up root's rights; a variable alone proves nothing.
    """
    found: dict[str, list[psutil.Process]] = {}
    for run, processes in runs.items():
        for process in processes:
            with suppress(psutil.Error):  # gone meanwhile
                if run in folders or process.uids().real == os.geteuid():
                    found.setdefault(run, []).append(process)
    return found


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


def _runs_in_engine() -> tuple[tuple[str, ...], str]:
    """Return this machine's runs in the Docker engine, and why none could be looked for."""
    try:
        require("docker", "the Docker engine")
        # Imported here: the docker package takes long to load, and may not be there.
        from windtunnel.backends.docker.docker_engine import runs  # noqa: PLC0415 - as above

        return runs(), ""
    except BackendUnavailable as error:
        return (), f"Docker was not looked at: {str(error).splitlines()[0]}"


def _end_in_engine(runs: list[str], *, remove: bool) -> Iterator[Leftover]:
    for run in runs:
        if not remove:
            yield Leftover(run, "docker", "containers and networks")
            continue
        from windtunnel.backends.docker.docker_engine import DockerEngine  # noqa: PLC0415 - as above

        engine = DockerEngine(run)
        for name in engine.sweep():
            yield Leftover(run, "docker", name)
        engine.close()
