"""A fault that waits for a condition: struck once, when it holds; vacuous where it never does."""

import threading
import time
from typing import Any, cast

import pytest

from windtunnel.awaited_injection import THREAD, AwaitedInjection
from windtunnel.backends.embedded import EmbeddedBackend
from windtunnel.criteria import Ruling, Verdict
from windtunnel.criteria.program_touched import Asked, DrivenBy, ProgramWork
from windtunnel.errors import ControlError, UnsupportedFault, VacuousFault
from windtunnel_faults import Fault, Kill

LONG = 30.0


class Struck:
    """A backend that only notes what is in force."""

    lapses = 0

    def __init__(self) -> None:
        self.in_force: list[Fault] = []
        self.injected = threading.Event()

    def inject(self, fault: Fault) -> None:
        self.in_force.append(fault)
        self.injected.set()

    def heal(self, fault: Fault) -> None:
        self.in_force.remove(fault)


def awaited(backend: Struck, told: list[Verdict], when: Any) -> AwaitedInjection:  # noqa: ANN401 - any function
    pretended = cast("EmbeddedBackend", backend)
    return AwaitedInjection(
        pretended,
        Kill("worker"),
        told.append,
        evidence=lambda edge, since: pytest.fail("nobody calls it"),
        edges=lambda fault: (),
        work=lambda fault, began, until: ProgramWork(
            asked=Asked.MEANWHILE, driven_by=DrivenBy.WHAT_IT_READS
        ),
        when=when,
    )


def settle() -> None:
    """Return once no condition is waited for any more."""
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join(LONG)


def test_it_strikes_when_its_condition_holds() -> None:
    backend, told, holds = Struck(), list[Verdict](), threading.Event()
    with awaited(backend, told, holds.is_set) as injection:
        assert not injection.begun
        before = time.monotonic()
        holds.set()
        assert backend.injected.wait(LONG)
        assert backend.in_force == [Kill("worker")]
    assert injection.window.began >= before
    assert backend.in_force == []
    assert [each.ruling for each in told] == [Ruling.PASS]


def test_a_condition_that_never_holds_is_a_vacuous_fault() -> None:
    backend, told = Struck(), list[Verdict]()
    with (
        pytest.raises(VacuousFault, match="its condition was not true in any of"),
        awaited(backend, told, lambda: False),
    ):
        pass
    assert not backend.injected.is_set()
    assert [each.ruling for each in told] == [Ruling.FAIL]


def test_what_the_condition_raises_ends_the_block() -> None:
    def fails() -> bool:
        raised.set()
        raise ControlError("the database is gone")

    backend, raised = Struck(), threading.Event()
    with pytest.raises(ControlError, match="the database is gone"), awaited(backend, [], fails):
        settle()
    assert raised.is_set()
    assert not backend.injected.is_set()


def test_an_error_of_the_block_is_the_one_that_is_raised() -> None:
    backend = Struck()
    with pytest.raises(LookupError), awaited(backend, [], lambda: False):
        raise LookupError
    settle()
    assert not backend.injected.is_set()


def test_nothing_strikes_after_the_end() -> None:
    backend, asked, goes_on = Struck(), threading.Event(), threading.Event()

    def late() -> bool:
        asked.set()
        return goes_on.wait(LONG)

    with pytest.raises(VacuousFault), awaited(backend, [], late):
        assert asked.wait(LONG)
    goes_on.set()
    settle()
    assert not backend.injected.is_set()


def test_what_is_refused_when_its_time_comes_was_never_in_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuses(fault: Fault) -> None:
        raise UnsupportedFault(f"{fault!r}: no dependency is named so")

    backend = Struck()
    monkeypatch.setattr(backend, "inject", refuses)
    monkeypatch.setattr(backend, "heal", refuses)
    injection = awaited(backend, [], lambda: True)
    with pytest.raises(UnsupportedFault, match="no dependency is named so"), injection:
        settle()
    assert not injection.begun
