"""When a program that runs as a process has started: by HTTP, gRPC, a port, a log, a command."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from windtunnel.address import Address
from windtunnel.configuration import ProgramSettings
from windtunnel.configuration.placeholders import fill, values_of
from windtunnel.protocols.grpc_health import serves_grpc
from windtunnel.protocols.http.probe import answers_http
from windtunnel.protocols.wire_protocol import Probe, accepts_tcp
from windtunnel.target_tls import TargetTls

COMMAND_DEADLINE = 10.0
"""Seconds that one readiness command may take: it is asked again and again."""


def readiness(
    settings: ProgramSettings,
    *,
    listens: bool,
    log: Path,
    environment: Mapping[str, str],
    directory: Path,
) -> Probe:
    """Return the probe of a program. Without a port, it is ready as soon as it runs."""
    ready = settings.ready
    if ready is None:
        return accepts_tcp if listens else runs
    if ready.http:
        return answers_http(ready.http)
    if ready.log:
        return prints(ready.log, log)
    if ready.grpc is not None:
        return serves_grpc(ready.grpc)
    if ready.command:
        return succeeds(ready.command, environment, directory)
    return accepts_tcp


def over_tls(probe: Probe, tls: TargetTls | None) -> Probe:
    """Return a probe of a program that speaks TLS so, where it does."""
    return probe if tls is None else lambda address: probe(replace(address, tls=tls))


def runs(address: Address) -> None:
    """Return: what waits for a program sees by itself whether it runs."""


def prints(words: str, log: Path) -> Probe:
    """Return a probe: the program has printed these words."""

    def probe(address: Address) -> None:
        printed = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        if words not in printed:
            raise ConnectionError(f"it has not printed {words!r}")

    return probe


def succeeds(command: Sequence[str], environment: Mapping[str, str], directory: Path) -> Probe:
    """Return a probe: a command ends with exit status 0, in the program's own surroundings."""

    def probe(address: Address) -> None:
        known = {"python": sys.executable, **values_of(address)}
        own = {name: fill(text, known) for name, text in environment.items()}
        try:
            done = subprocess.run(
                [fill(part, known) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, **own},
                cwd=directory,
                timeout=COMMAND_DEADLINE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            text = f"its readiness command took over {COMMAND_DEADLINE:g} s"
            raise ConnectionError(text) from None
        if done.returncode:
            last = done.stdout.decode(errors="replace").strip().splitlines()[-1:]
            said = f": {last[0]}" if last else ""
            raise ConnectionError(
                f"its readiness command ended with exit status {done.returncode}{said}"
            )

    return probe
