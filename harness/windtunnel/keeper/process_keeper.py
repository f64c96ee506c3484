"""The keeper's own process: starts, signals and ends programs; heals and cleans when left alone."""

import asyncio
import http.client
import json
import os
import shutil
import signal
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from windtunnel.keeper.messages import (
    REQUESTS,
    Arrange,
    Heartbeat,
    KeeperAnswer,
    QueryStatus,
    Signal,
    Spawn,
    StopProgram,
)
from windtunnel.private_folders import process_space
from windtunnel.shared_clocks import remove_abandoned

PROGRAMS = "programs"
"""The file in the run's directory with a line for each program: its pid, when it began, and in
which space of processes."""
COMMAND_DEADLINE = 60.0
"""Seconds that one healing or ending command may take before it is killed."""


class ProcessKeeper:
    """Owns the programs of one run; nothing outlives it except by SIGKILL of the keeper itself."""

    def __init__(self, run: str, directory: Path) -> None:
        self._run = run
        self._directory = directory
        self._programs: dict[str, asyncio.subprocess.Process] = {}
        self._arranged = Arrange(lease=float("inf"))
        self._last_heartbeat = asyncio.get_running_loop().time()
        self._lapsed = False
        self._lapses = 0
        self._began = time.time()
        self._steps_clocks = False

    def __repr__(self) -> str:
        return f"<ProcessKeeper of {self._run}: {', '.join(self._programs) or 'no programs'}>"

    async def answer(self, request: object) -> KeeperAnswer:
        """Carry out one request; a KeeperAnswer with its `error` gives the reason if not."""
        match request:
            case Spawn():
                return await self._spawn(request)
            case Heartbeat():
                self._last_heartbeat = asyncio.get_running_loop().time()
                self._lapsed = False
                return KeeperAnswer(lapses=self._lapses)
            case Arrange():
                self._arranged = request
                return KeeperAnswer()
            case Signal() | StopProgram() | QueryStatus():
                program = self._programs.get(request.name)
                if program is None:
                    return KeeperAnswer(error=f"no program named {request.name!r} was started")
                return await self._handle(program, request)
            case _:
                return KeeperAnswer(error=f"unknown request {request!r}")

    async def _spawn(self, request: Spawn) -> KeeperAnswer:
        known = self._programs.get(request.name)
        if known is not None and known.returncode is None:
            return KeeperAnswer(error=f"program {request.name!r} is running already")
        # Opened here and handed on: the program's output outlives its buffers in one file.
        try:
            with Path(request.log).open("ab") as log:  # noqa: ASYNC230 - one local open, no waiting
                program = await asyncio.create_subprocess_exec(
                    *request.argv,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=request.environment,
                    cwd=request.directory,
                    start_new_session=True,
                )
        except (OSError, ValueError) as error:
            reason = _reason(error, request)
            return KeeperAnswer(error=f"cannot start {request.argv[0]!r}: {reason}")
        self._programs[request.name] = program
        self._steps_clocks |= "FAKETIME_TIMESTAMP_FILE" in request.environment
        self._note(program.pid)
        return KeeperAnswer(pid=program.pid, running=True)

    def _note(self, pid: int) -> None:
        """Write the process down for `windtunnel clean`: some programs hide their environment.

        (Redis writes its title over it.)
        """
        with suppress(psutil.NoSuchProcess), (self._directory / PROGRAMS).open("a") as noted:
            began = psutil.Process(pid).create_time()
            noted.write(f"{pid} {began!r} {process_space()}\n")

    async def _handle(
        self, program: asyncio.subprocess.Process, request: Signal | StopProgram | QueryStatus
    ) -> KeeperAnswer:
        match request:
            case Signal() if program.returncode is not None:
                return KeeperAnswer(
                    error=f"{request.name!r} has ended with exit status {program.returncode}"
                )
            case Signal():
                _signal_group(program, request.number)
                if request.number == signal.SIGKILL:
                    await program.wait()
            case StopProgram():
                await _end(program, request.grace)
            case QueryStatus():
                pass
        return KeeperAnswer(
            pid=program.pid,
            running=program.returncode is None,
            exit_status=program.returncode,
        )

    async def watch_lease(self) -> None:
        """Heal the faults each time the heartbeat has stopped for longer than the lease."""
        loop = asyncio.get_running_loop()
        while True:
            silent = loop.time() - self._last_heartbeat
            if silent >= self._arranged.lease and not self._lapsed:
                self._lapsed = True
                self._lapses += 1
                await self.heal()
            await asyncio.sleep(min(0.25, self._arranged.lease / 4))

    async def heal(self) -> None:
        """Let every suspended program go on, and undo the faults as arranged."""
        for program in self._programs.values():
            if program.returncode is None:
                _signal_group(program, signal.SIGCONT)
        await asyncio.gather(*(asyncio.to_thread(_post, url) for url in self._arranged.heal_posts))
        await _run_all(self._arranged.heal_commands, self._arranged.environment)

    async def end(self) -> None:
        """End every program, run the ending commands, remove the run's directory."""
        await asyncio.gather(*(_end(program, 2.0) for program in self._programs.values()))
        await _run_all(self._arranged.end_commands, self._arranged.environment)
        if self._steps_clocks:
            remove_abandoned(since=self._began)
        shutil.rmtree(self._directory, ignore_errors=True)


def _reason(error: OSError | ValueError, request: Spawn) -> str:
    """Return why a program does not start, and which path is at fault where several may be."""
    if not isinstance(error, OSError):
        return str(error)  # a NUL, or half of a surrogate pair, in an argument or a variable
    said = error.strerror or str(error)
    program = Path(request.directory or ".") / request.argv[0]
    if error.filename not in {None, request.argv[0]}:
        return f"{said}: {error.filename!r}"  # its folder, or its log
    if isinstance(error, FileNotFoundError) and "/" in request.argv[0]:
        # The system names the script where the program in its first line is missing.
        return f"{said}: {_interpreter(program) or repr(str(program))}"
    return said


def _interpreter(program: Path) -> str:
    """Return how a script names the program that runs it; empty where it does not."""
    with suppress(OSError), program.open("rb") as script:
        first = script.readline(256)
        if first.startswith(b"#!"):
            return f"{first[2:].strip().decode(errors='replace')!r}, in its first line"
    return ""


def _signal_group(program: asyncio.subprocess.Process, number: int) -> None:
    # The program leads its own session, so its pid names its group as long as it is not reaped.
    try:
        os.killpg(program.pid, number)
    except ProcessLookupError:
        return


async def _end(program: asyncio.subprocess.Process, grace: float) -> None:
    if program.returncode is None:
        _signal_group(program, signal.SIGTERM)
        _signal_group(program, signal.SIGCONT)  # a suspended program cannot act on SIGTERM
        try:
            await asyncio.wait_for(program.wait(), grace)
        except TimeoutError:
            _signal_group(program, signal.SIGKILL)
            await program.wait()
    # Children of the program that stayed behind in its group, whose id cannot have been given to
    # another one while a member lives. (Without any member it could, in theory: Linux gives ids
    # out in turn, so that one comes again only after thousands of others.)
    _signal_group(program, signal.SIGKILL)


def _post(url: str) -> None:
    request = urllib.request.Request(url, data=b"", method="POST")  # noqa: S310 - http only, from the runner
    # Never by a proxy that the environment names (http_proxy): it could not reach this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5):
            pass
    except (OSError, http.client.HTTPException) as error:
        # The proxy may be gone already; the log of the run keeps the reason.
        sys.stderr.write(f"keeper: POST {url}: {error}\n")


async def _run_all(commands: Sequence[Sequence[str]], environment: dict[str, str]) -> None:
    for command in commands:
        try:
            program = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=sys.stderr,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            sys.stderr.write(f"keeper: {command[0]}: {error}\n")
            continue
        try:
            await asyncio.wait_for(program.wait(), COMMAND_DEADLINE)
        except TimeoutError:
            _signal_group(program, signal.SIGKILL)
            await program.wait()


def _decode(line: bytes) -> object:
    message: dict[str, Any] = json.loads(line)
    kind = REQUESTS[message.pop("request")]
    return kind(**message)


async def keep(run: str, directory: Path) -> None:
    """Answer requests from standard input until it ends, then end everything."""
    loop = asyncio.get_running_loop()
    keeper = ProcessKeeper(run, directory)
    reader = asyncio.StreamReader(limit=2**22)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    # Ctrl-C reaches only the runner's process group; a SIGTERM to the keeper ends the run in order.
    loop.add_signal_handler(signal.SIGINT, reader.feed_eof)
    loop.add_signal_handler(signal.SIGTERM, reader.feed_eof)
    lease = asyncio.create_task(keeper.watch_lease())
    try:
        while line := await reader.readline():
            answer = await keeper.answer(_decode(line))
            try:
                sys.stdout.write(json.dumps(asdict(answer)) + "\n")
                sys.stdout.flush()
            except BrokenPipeError:
                break  # the runner is gone; its end of our input follows
    finally:
        lease.cancel()
        await keeper.end()
