"""A fault while it is in force: injected on entry, healed on exit; refused if it was vacuous."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from windtunnel.backends.backend_contract import Backend
from windtunnel.backends.fault_forms.struck_proxies import StruckProxies, dependency_alone
from windtunnel.backends.fault_support import TAP_ONLY, toxic_prefix
from windtunnel.configuration.struck_edges import caller_of
from windtunnel.criteria import Ruling, Verdict, fault_touched
from windtunnel.criteria.program_touched import ProgramWork, program_touched
from windtunnel.errors import (
    ConfigurationError,
    ControlError,
    InconclusiveVerdict,
    UnsupportedFault,
    VacuousFault,
)
from windtunnel.outgoing.log_text import LogText
from windtunnel.records import Evidence, FaultWindow
from windtunnel_faults import Fault

LOG = logging.getLogger(__name__)

Record = Callable[[Verdict], None]
WorkOf = Callable[[Fault, float, float], ProgramWork | None]
"""Takes a fault and two moments, and returns the work of what it strikes itself between them."""
REFUSED = (UnsupportedFault, ConfigurationError)
"""What a backend raises for a fault that it never begins: it has no window, and no run had it."""


class Injection:
    """A context manager around one fault.

    On a normal exit it raises VacuousFault where the fault touched no traffic, InconclusiveVerdict
    where the evidence does not decide it, and ControlError where its lease ran out in between.
    """

    def __init__(
        self,
        backend: Backend,
        fault: Fault,
        record: Record,
        *,
        evidence: Callable[[str, float], Evidence],
        edges: StruckProxies = dependency_alone,
        why_silent: Callable[[str], str] = lambda dependency: "",
        work: WorkOf = lambda fault, began, until: None,
    ) -> None:
        self.fault = fault
        self._evidence = evidence
        self._edges = edges
        self._why_silent = why_silent
        self._work = work
        self._backend = backend
        self._record = record
        self._began: float | None = None
        self._ended: float | None = None
        self._lapses = 0

    def __repr__(self) -> str:
        state = "not begun" if self._began is None else "healed" if self._ended else "in force"
        return f"<Injection of {self.fault!r}: {state}>"

    @property
    def begun(self) -> bool:
        """Whether the fault was ever in force."""
        return self._began is not None

    @property
    def window(self) -> FaultWindow:
        """When the fault was in force; RuntimeError before it began."""
        if self._began is None:
            raise RuntimeError(f"{self!r}: use it in a with statement")
        return FaultWindow(
            fault=repr(self.fault),
            kind=type(self.fault).__name__,
            dependency=self.fault.dependency,
            caller=caller_of(self.fault),
            began=self._began,
            ended=self._ended,
            toxic=toxic_prefix(self.fault) if self.fault.needs in TAP_ONLY else "",
        )

    @property
    def verdict(self) -> Verdict:
        """Whether the fault touched traffic, as far as the evidence goes now."""
        window = self.window
        # A little before: a connection that was busy when the fault began shows only so.
        since = window.began - 60.0
        struck = [self._evidence(edge, since) for edge in self._edges(self.fault)]
        until = time.monotonic() if window.ended is None else window.ended
        work = self._work(self.fault, window.began, until)
        if work is None:
            return fault_touched(window, *struck)
        itself = program_touched(window, work)
        called = fault_touched(window, *struck) if struck else itself
        return called if called.ruling is Ruling.PASS else itself

    @property
    def touched(self) -> bool:
        """Whether the fault touched traffic; InconclusiveVerdict where that is not known."""
        return bool(self.verdict)

    def __enter__(self) -> Self:
        self._lapses = self._backend.lapses
        self._began, self._ended = time.monotonic(), None
        try:
            self._backend.inject(self.fault)
        except BaseException as error:
            # It may be in force in part, or take hold later: nobody else would heal it.
            # A backend may raise anything for what it never began: its reason is what is told.
            with suppress(Exception):
                self._backend.heal(self.fault)
            self._ended = time.monotonic()
            if isinstance(error, REFUSED):
                self._began = self._ended = None
            raise
        LOG.info("injected %s", LogText(repr(self.fault)))
        return self

    def heal(self) -> None:
        """End the fault where it is still in force, without asking what it touched."""
        if self._began is not None and self._ended is None:
            self._backend.heal(self.fault)
            self._ended = time.monotonic()
            took = self._ended - self._began
            LOG.info("healed %s after %.3f s", LogText(repr(self.fault)), took)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Read before healing: afterwards late traffic could be taken for touched.
        try:
            touched = self.verdict if error is None else None
        finally:
            self.heal()
        if touched is None:
            return
        self._record(touched)
        if self._backend.lapses != self._lapses:
            raise ControlError(
                f"{self.fault!r} healed by itself: the runner gave no heartbeat for longer than the"
                " lease, so nothing seen since then was under the fault"
            )
        if touched.ruling is Ruling.FAIL:
            raise VacuousFault(f"{touched}{self._silence()}")
        if touched.ruling is Ruling.INCONCLUSIVE:
            raise InconclusiveVerdict(f"{touched}")

    def _silence(self) -> str:
        """Return what may explain it where nothing ever reached the dependency's proxies."""
        seen = [self._evidence(edge, 0.0) for edge in self._edges(self.fault)]
        if any(each.connections or each.attempts for each in seen):
            return ""
        why = self._why_silent(self.fault.dependency)
        struck = self.fault.dependency
        return f"\n{struck} got no traffic through its proxy at all; {why}" if why else ""
