"""A connection of the load engine that also notes what criteria ask of answers: their headers."""

import ssl
from collections.abc import Mapping

from windtunnel.load.answer_reader import AnswerReader
from windtunnel.load.connection import EveryHeader
from windtunnel.load.destination import Destination
from windtunnel.load.encoding import Encoded
from windtunnel.load.http1_connection import Exchanger
from windtunnel.load.recorder import LoadRecorder
from windtunnel.records.answer_notes import AnswerNotes

KEPT = 10_000
"""Answers that were not good whose headers are kept; of a million they would fill the memory."""
MOST_FALLBACKS = 1_000_000
"""Answers that may name a fallback: beyond them nothing can be said of fallbacks."""


class NoteTaker:
    """Takes the notes of one run. `fallback_header` is in lower case."""

    def __init__(self, recorder: LoadRecorder, fallback_header: str) -> None:
        self._recorder = recorder
        self._fallback_header = fallback_header
        self._texts: dict[str, str] = {}
        self._fallbacks: dict[int, str] = {}
        self._headers: dict[int, Mapping[str, str]] = {}
        self._unread = 0

    def __repr__(self) -> str:
        return f"<NoteTaker of {len(self._fallbacks)} fallbacks>"

    def note(self, headers: Mapping[str, str], *, is_good: bool) -> None:
        """Note the headers of the answer whose row is written next."""
        place = len(self._recorder)
        fallback = headers.get(self._fallback_header, "")
        if fallback and len(self._fallbacks) < MOST_FALLBACKS:
            self._fallbacks[place] = self._texts.setdefault(fallback, fallback)
        if not is_good:
            if len(self._headers) < KEPT:
                self._headers[place] = headers
            else:
                self._unread += 1

    def notes(self) -> AnswerNotes | None:
        """Return what was noted; None where it was too much."""
        if len(self._fallbacks) == MOST_FALLBACKS:
            return None
        return AnswerNotes(fallbacks=self._fallbacks, headers=self._headers, unread=self._unread)


class NotingExchanger(Exchanger):
    """Notes the headers of each answer before its row is written."""

    def __init__(
        self,
        number: int,
        destination: Destination,
        tls: ssl.SSLContext | None,
        recorder: LoadRecorder,
        taker: NoteTaker,
    ) -> None:
        super().__init__(number, destination, tls, recorder)
        self._taker = taker
        self._again_headers: Mapping[str, str] = {}
        self._is_again = False

    def _new_reader(self) -> AnswerReader:
        return AnswerReader(keep_headers=EveryHeader(), keep_body=False)

    def _remember(self, data: bytes, status: int) -> None:
        super()._remember(data, status)
        if self._again is data:
            self._again_headers = self._reader.headers

    def _end_again(self, now: float, item: Encoded) -> None:
        self._is_again = True
        super()._end_again(now, item)

    def _end(self, now: float, status: int, failure: int) -> None:
        if status and self._item is not None:
            headers = self._again_headers if self._is_again else self._reader.headers
            self._taker.note(headers, is_good=not failure)
        self._is_again = False
        super()._end(now, status, failure)
