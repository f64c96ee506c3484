"""The load engine's packed requests as Responses, each made when it is asked for."""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from windtunnel.errors import NotTestable
from windtunnel.records.answer_notes import AnswerNotes
from windtunnel.records.request_failure import RequestFailure
from windtunnel.records.response import Response
from windtunnel.records.samples import Samples

BLOCK = 4096
"""How many requests are looked up at once."""
_EVERY = [kind for kind in RequestFailure if kind.needs]


class SampledResponses(Sequence[Response]):
    """Every request of an open loop, in the order in which they were due.

    NotTestable where that is not to be had: where only a part of the requests was kept, where
    nobody read the answers' headers, or where this machine's own limits failed some.
    """

    def __init__(
        self,
        samples: Samples,
        expected: Sequence[tuple[int, ...]],
        notes: AnswerNotes | None,
        *,
        kept_one_in: int = 1,
    ) -> None:
        self._samples = samples
        self._expected = expected
        self._notes = notes
        self._kept_one_in = kept_one_in
        self._order: NDArray[np.intp] | None = None

    def __repr__(self) -> str:
        return f"<SampledResponses of {len(self._samples)} requests>"

    def __len__(self) -> int:
        return len(self._samples)

    @property
    def are_known(self) -> bool:
        """Whether they are to be had."""
        try:
            self._checked()
        except NotTestable:
            return False
        return True

    @overload
    def __getitem__(self, place: int) -> Response: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Response]: ...

    def __getitem__(self, place: int | slice) -> Response | Sequence[Response]:
        """Return one request, or several."""
        places = range(len(self))[place]
        if isinstance(places, range):
            return tuple(self._made(places))
        return next(self._made(range(places, places + 1)))

    def __iter__(self) -> Iterator[Response]:
        for first in range(0, len(self), BLOCK):
            yield from self._made(range(first, min(first + BLOCK, len(self))))

    def _made(self, places: range) -> Iterator[Response]:
        samples, notes = self._samples, self._checked()
        rows = self._in_order()[np.arange(places.start, places.stop, places.step)]
        columns = zip(
            places,
            rows.tolist(),
            samples.intended[rows].tolist(),
            samples.started[rows].tolist(),
            samples.ended[rows].tolist(),
            samples.status[rows].tolist(),
            samples.request[rows].tolist(),
            samples.failure[rows].tolist(),
            strict=True,
        )
        for place, row, due, started, ended, status, request, failure in columns:
            yield Response(
                number=place + 1,
                endpoint=samples.names[request],
                started=due if started != started else started,  # noqa: PLR0124 - NaN: never sent
                ended=ended,
                due=due,
                status=status or None,
                failure=RequestFailure.NONE if status else RequestFailure(failure),
                expected=self._expected[request],
                fallback=notes.fallbacks.get(row, ""),
                headers=notes.headers.get(row, {}),
            )

    def _in_order(self) -> NDArray[np.intp]:
        if self._order is None:
            self._order = np.argsort(self._samples.intended, kind="stable")
        return self._order

    def _checked(self) -> AnswerNotes:
        if self._kept_one_in > 1:
            raise NotTestable(
                f"one request in {self._kept_one_in} was kept one by one",
                needs="a shorter run, or an objective, such as 'p99<50ms'",
            )
        if self._notes is None:
            raise NotTestable(
                "nobody read the headers of its answers", needs="a run of `stack.offer`"
            )
        if self._order is None:
            lacked = self._samples.failure[np.isin(self._samples.failure, _EVERY)]
            if len(lacked):
                kind = RequestFailure(int(lacked[0]))
                raise NotTestable(
                    f"{len(lacked)} requests could not be sent: {kind.text}", needs=kind.needs
                )
        return self._notes
