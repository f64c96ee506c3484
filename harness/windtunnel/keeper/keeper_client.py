"""The runner's side of the keeper: typed calls, deadlines, and the heartbeat."""

import json
import os
import select
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from windtunnel.errors import ControlCode, ControlError, StartError
from windtunnel.keeper.log_tail import log_tail
from windtunnel.keeper.messages import (
    Arrange,
    Heartbeat,
    KeeperAnswer,
    QueryStatus,
    Signal,
    Spawn,
    StopProgram,
)
from windtunnel.module_command import module_command
from windtunnel.run_identity import KEEPER_VARIABLE, RUN_VARIABLE, folder_prefix

ANSWER_DEADLINE = 30.0
"""Seconds that one request may take, at most."""

KEEPER_LOG = "keeper.log"
"""What the keeper itself prints, in the run's directory."""

Request = Spawn | Signal | StopProgram | QueryStatus | Arrange | Heartbeat


def _folder(run: str) -> tuple[Path, IO[bytes]]:
    """Return the run's new folder with the keeper's log in it; StartError, and neither, if not."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=folder_prefix(run)))
    except OSError as error:
        raise StartError(
            f"no folder for the run can be made: {error.strerror or error};"
            " expected a temporary folder that can be written to (TMPDIR)"
        ) from None
    try:
        return folder, (folder / KEEPER_LOG).open("ab")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StartError(f"{folder}: cannot be written to: {error.strerror}") from None


class KeeperClient:
    """A running keeper. Thread-safe. Closing it ends everything that it started.

    Raises ControlError where the keeper cannot carry out a request or is gone.
    """

    def __init__(self, run: str, *, lease: float) -> None:
        self.run = run
        self.lease = lease
        self.directory, self._log = _folder(run)
        self.lapses = 0
        self._silent = False
        self._lock = threading.Lock()
        self._closed = threading.Event()
        try:
            self._process = subprocess.Popen(
                module_command("windtunnel.keeper", run, str(self.directory)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                # Ctrl-C and a terminal's hang-up reach the runner's group, not the keeper's.
                start_new_session=True,
                env={**os.environ, KEEPER_VARIABLE: run},
            )
        except OSError as error:
            self._log.close()
            shutil.rmtree(self.directory, ignore_errors=True)
            said = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
            raise StartError(f"the keeper cannot be started: {said}") from None
        self._heart = threading.Thread(target=self._beat, name="windtunnel heartbeat", daemon=True)
        self._heart.start()

    def __repr__(self) -> str:
        state = "closed" if self._closed.is_set() else f"pid {self._process.pid}"
        return f"<KeeperClient {self.run} {state}>"

    def _ask(self, request: Request) -> KeeperAnswer:
        message = {"request": type(request).__name__, **asdict(request)}
        with self._lock:
            if self._closed.is_set():
                raise ControlError(f"the keeper of run {self.run} is closed")
            assert self._process.stdin is not None  # noqa: S101 - PIPE was asked for above
            assert self._process.stdout is not None  # noqa: S101 - the same
            try:
                self._process.stdin.write(json.dumps(message).encode() + b"\n")
                self._process.stdin.flush()
                line = self._answer_line(self._process.stdout)
            except (OSError, ValueError) as error:
                raise ControlError(
                    f"the keeper of run {self.run} is gone: {error}{self._last_words()}",
                    code=ControlCode.NO_ANSWER,
                ) from error
        if not line:
            raise ControlError(
                f"the keeper of run {self.run} ended without an answer{self._last_words()}",
                code=ControlCode.NO_ANSWER,
            )
        answer = KeeperAnswer(**json.loads(line))
        if answer.error:
            raise ControlError(answer.error)
        return answer

    def _last_words(self) -> str:
        """Return what the keeper printed, on lines of its own; "" where it printed nothing."""
        log = self.directory / KEEPER_LOG
        return f"\n{log_tail(log)}" if log.exists() and log.stat().st_size else ""

    def _answer_line(self, answers: IO[bytes]) -> bytes:
        """Return the answer's line; ControlError where none comes, now and from then on."""
        # One answer a request: nothing of it can be in the buffer before it arrives.
        ready = not self._silent and select.select([answers], [], [], ANSWER_DEADLINE)[0]
        if not ready:
            # A late answer would be taken for the next request's.
            self._silent = True
            raise ControlError(
                f"the keeper of run {self.run} (pid {self._process.pid}) gave no answer within"
                f" {ANSWER_DEADLINE:g} s",
                code=ControlCode.NO_ANSWER,
            )
        return answers.readline()

    def _beat(self) -> None:
        while not self._closed.wait(self.lease / 5):
            try:
                self.lapses = self._ask(Heartbeat()).lapses
            except ControlError:
                return  # the runner's next request finds the keeper gone

    def spawn(
        self,
        name: str,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path | None = None,
    ) -> int:
        """Start a program and return its pid; its output goes to `log(name)`."""
        request = Spawn(
            name=name,
            argv=tuple(argv),
            environment={**os.environ, **environment, RUN_VARIABLE: self.run},
            log=str(self.log(name)),
            directory=str(directory or Path.cwd()),
        )
        return self._ask(request).pid

    def log(self, name: str) -> Path:
        """Return the file that holds what the program has printed."""
        return self.directory / f"{name}.log"

    def signal(self, name: str, number: int) -> None:
        """Send a signal to the program's whole process group."""
        self._ask(Signal(name=name, number=number))

    def stop(self, name: str, *, grace: float = 2.0) -> int | None:
        """End a program and return its exit status."""
        return self._ask(StopProgram(name=name, grace=grace)).exit_status

    def status(self, name: str) -> KeeperAnswer:
        """Return whether a program runs, and its exit status if not."""
        return self._ask(QueryStatus(name=name))

    def arrange(
        self,
        *,
        heal_posts: Sequence[str] = (),
        heal_commands: Sequence[Sequence[str]] = (),
        end_commands: Sequence[Sequence[str]] = (),
    ) -> None:
        """Order what heals the faults when the lease runs out, and what else ends the run."""
        self._ask(
            Arrange(
                lease=self.lease,
                heal_posts=tuple(heal_posts),
                heal_commands=tuple(tuple(command) for command in heal_commands),
                end_commands=tuple(tuple(command) for command in end_commands),
                environment=dict(os.environ),
            )
        )

    def close(self, *, deadline: float = 90.0) -> None:
        """End everything; ControlError if that takes longer than `deadline` seconds."""
        if self._closed.is_set():
            return
        with self._lock:
            self._closed.set()
            assert self._process.stdin is not None  # noqa: S101 - PIPE was asked for above
            assert self._process.stdout is not None  # noqa: S101 - the same
            with suppress(OSError):  # a keeper that was killed has closed its end
                self._process.stdin.close()
        try:
            self._process.wait(deadline)
        except subprocess.TimeoutExpired as error:
            raise ControlError(
                f"the keeper of run {self.run} (pid {self._process.pid}) still cleans up after"
                f" {deadline:g} s; see {self.directory}"
            ) from error
        finally:
            self._process.stdout.close()
            self._log.close()
            self._heart.join(1.0)
