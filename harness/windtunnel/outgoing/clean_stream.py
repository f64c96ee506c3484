"""A command's standard output and error: each line leaves without secrets and without orders."""

import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TextIO

from windtunnel.outgoing.inert_text import inert_but_colours
from windtunnel.outgoing.json_text import clean_document
from windtunnel.outgoing.masking import Masking

FURTHER = "WINDTUNNEL_MASK"
SHOWS_ALL = "WINDTUNNEL_SHOW_SECRETS"


def of_environment() -> Masking:
    """Return what is masked from the start: this process's own variables with a secret's name."""
    shows = os.environ.get(SHOWS_ALL, "").lower() in {"1", "true", "yes"}
    named = os.environ.get(FURTHER, "").replace(",", " ").split()
    return Masking(named, shows_all=shows).knowing(os.environ)


class LearntMasking:
    """What one command masks: it learns of secrets as it reads options and configuration."""

    def __init__(self, masking: Masking) -> None:
        self.masking = masking

    def __repr__(self) -> str:
        return f"<LearntMasking {self.masking}>"

    def learn(self, variables: Mapping[str, str]) -> None:
        """Mask, from now on, the values of those variables that have a secret's name."""
        self.masking = self.masking.knowing(variables)

    def learn_values(self, values: Iterable[str]) -> None:
        """Mask, from now on, these values, which are secrets."""
        self.masking = self.masking.learning(values)

    def change(self, names: Iterable[str] = (), *, shows_all: bool = False) -> None:
        """Mask further names, or nothing, from now on."""
        self.masking = self.masking.also(names, shows_all=shows_all)


class UnwrittenError(Exception):
    """A text could not be printed: the terminal or the pipe is closed, or the device is full.

    No OSError, of which click takes a closed pipe for a silent end.
    """


class CleanStream(io.TextIOBase):
    """Passes text on to another stream, as it may leave; UnwrittenError where that takes none."""

    def __init__(self, stream: TextIO | None, learnt: LearntMasking) -> None:
        self._stream = stream
        self._learnt = learnt

    def __repr__(self) -> str:
        return f"<CleanStream to {self._stream!r}>"

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has an attribute
        """That of the other stream."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str | None:  # type: ignore[override]  # the same
        """That of the other stream."""
        return getattr(self._stream, "errors", None)

    def isatty(self) -> bool:
        """Return whether the other stream is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """Return the other stream's."""
        return self._open().fileno()

    def writable(self) -> bool:
        """Return True."""
        return True

    def flush(self) -> None:
        """Flush the other stream, unless somebody closed it: Python flushes whatever it forgets."""
        if self._stream is not None and not self._stream.closed:
            with _unwritten():
                self._stream.flush()

    def write(self, text: str) -> int:
        """Write a text, which holds whole lines or none."""
        masking = self._learnt.masking
        document = clean_document(text, masking)
        clean = inert_but_colours(masking.text(text) if document is None else document)
        encoding = self.encoding
        with _unwritten():
            self._open().write(clean.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def _open(self) -> TextIO:
        if self._stream is None:  # as Python has it where the shell closed it
            raise UnwrittenError(os.strerror(errno.EBADF))
        return self._stream


@contextmanager
def _unwritten() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnwrittenError(error.strerror or str(error)) from None


def discard_unwritten() -> None:
    """Give up what Python still holds for a stream that takes nothing: it would fail at the end."""
    for stream in filter(None, (sys.__stdout__, sys.__stderr__)):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def clean_output(learnt: LearntMasking) -> Iterator[None]:
    """Let everything that is printed meanwhile leave clean."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (CleanStream(each, learnt) for each in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
