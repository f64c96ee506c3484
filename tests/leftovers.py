"""Finds what a run has left, independently of the harness's own cleaning."""

import time
from collections.abc import Callable
from typing import Any

import docker
import psutil

from tests.machine import missing


def processes(run: str) -> list[str]:
    """Return the live processes that carry a run in their environment, its keeper included."""
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            zombie = process.status() == psutil.STATUS_ZOMBIE
        except psutil.Error:
            continue  # gone meanwhile
        carried = {environment.get("WINDTUNNEL_RUN"), environment.get("WINDTUNNEL_KEEPER")}
        if run in carried and not zombie:
            found.append(f"process {process.pid} {process.name()}")
    return found


def family(run: str) -> list[psutil.Process]:
    """Return a run's keeper and everything that descends from it, whatever it says of itself."""
    for process in psutil.process_iter():
        try:
            if process.environ().get("WINDTUNNEL_KEEPER") == run:
                return [process, *process.children(recursive=True)]
        except psutil.Error:
            continue  # gone meanwhile
    return []


def living(processes: list[psutil.Process]) -> list[str]:
    """Return those of the processes that still run."""
    found = []
    for process in processes:
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"process {process.pid} {process.name()}")
        except psutil.NoSuchProcess:
            continue
    return found


def in_engine(run: str) -> list[str]:
    """Return the containers, networks and volumes labelled with a run; none without Docker."""
    if missing("docker"):
        return []
    client = docker.from_env(timeout=20)
    try:
        label: dict[str, Any] = {"label": f"windtunnel.run={run}"}
        containers = client.containers.list(all=True, filters=label, ignore_removed=True)
        networks = client.networks.list(filters=label)
        volumes = client.volumes.list(filters=label)
    finally:
        client.close()
    return [
        *(f"container {each.name}" for each in containers),
        *(f"network {each.name}" for each in networks),
        *(f"volume {each.name}" for each in volumes),
    ]


def until_none(look: Callable[[], list[str]], deadline: float) -> list[str]:
    """Look again until nothing is found or the deadline (seconds) is over; return what is left."""
    end = time.monotonic() + deadline
    while (found := look()) and time.monotonic() < end:
        time.sleep(0.1)
    return found
