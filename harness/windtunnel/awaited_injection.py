"""A fault that waits for a condition while the test goes on: a kill between two steps."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from windtunnel.criteria import Ruling, Verdict
from windtunnel.criteria.fault_touched import FAULT_TOUCHED
from windtunnel.errors import VacuousFault
from windtunnel.injected_fault import Injection

THREAD = "windtunnel condition"
EVERY = 0.005
"""Seconds between two looks at the condition."""


class AwaitedInjection(Injection):
    """An injection that brings its fault about once `when()` is true, in a thread of its own.

    On a normal exit it raises VacuousFault where that never was so, and what `when` raised.
    """

    def __init__(self, *given: Any, when: Callable[[], object], **named: Any) -> None:  # noqa: ANN401 - as Injection takes them
        super().__init__(*given, **named)
        self._when = when
        self._over = threading.Event()
        self._deciding = threading.Lock()
        """Held while the fault is brought about, so that none is after the end."""
        self._failure: BaseException | None = None
        self._looks = 0

    def __enter__(self) -> Self:
        self._over.clear()
        threading.Thread(target=self._await, name=THREAD, daemon=True).start()
        return self

    def _await(self) -> None:
        try:
            while not self._over.is_set():
                self._looks += 1
                if self._when():
                    with self._deciding:
                        if not self._over.is_set():
                            super().__enter__()
                    return
                self._over.wait(EVERY)
        except BaseException as error:  # noqa: BLE001 - raised where the block ends
            self._failure = error

    def heal(self) -> None:
        """Wait no longer, and end the fault where it is in force."""
        with self._deciding:
            self._over.set()
        super().heal()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._deciding:
            self._over.set()
        if self._failure is not None:
            self.heal()
            if error is None:
                raise self._failure
            return
        if self.begun:
            super().__exit__(kind, error, traceback)
        elif error is None:
            never = self._never()
            self._record(never)
            raise VacuousFault(f"{never}")

    def _never(self) -> Verdict:
        return Verdict(
            criterion="fault touched traffic",
            criterion_id=FAULT_TOUCHED,
            subject=repr(self.fault),
            ruling=Ruling.FAIL,
            statement=f"its condition was not true in any of {self._looks} looks; required is one.",
            value=0.0,
            lower=0.0,
            upper=0.0,
        )
