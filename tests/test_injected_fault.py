"""An injection's promise: whatever happens on the way in or out, the fault does not stay."""

import pytest

from windtunnel.backends.embedded import EmbeddedBackend
from windtunnel.errors import ControlError, UnsupportedFault
from windtunnel.injected_fault import Injection
from windtunnel.records import Evidence
from windtunnel_faults import Fault, Outage


class HalfWay:
    """A backend in which a fault takes hold, and then the call fails."""

    lapses = 0

    def __init__(self, *, heals: bool) -> None:
        self.in_force: list[Fault] = []
        self._heals = heals

    def inject(self, fault: Fault) -> None:
        self.in_force.append(fault)
        raise ControlError("no answer within 10 s")

    def heal(self, fault: Fault) -> None:
        if not self._heals:
            raise ControlError("the proxy is gone")
        self.in_force.remove(fault)


def unread(dependency: str, since: float) -> Evidence:
    raise AssertionError(f"nothing asked for the evidence of {dependency} since {since}")


@pytest.mark.parametrize("heals", [True, False])
def test_an_injection_that_fails_half_way_is_healed_and_tells_its_own_error(*, heals: bool) -> None:
    backend = HalfWay(heals=heals)
    pretended: EmbeddedBackend = backend  # type: ignore[assignment]  # as far as is used
    injection = Injection(pretended, Outage("catalog"), lambda verdict: None, evidence=unread)
    with pytest.raises(ControlError, match="no answer within 10 s"), injection:
        pytest.fail("entered although the injection failed")
    assert backend.in_force == ([] if heals else [Outage("catalog")])


class Refuses:
    """A backend that begins nothing."""

    lapses = 0

    def inject(self, fault: Fault) -> None:
        raise UnsupportedFault(f"{fault!r}: no dependency is named so")

    heal = inject


def test_a_fault_that_was_refused_was_never_in_force() -> None:
    pretended: EmbeddedBackend = Refuses()  # type: ignore[assignment]  # as far as is used
    injection = Injection(pretended, Outage("catalog"), lambda verdict: None, evidence=unread)
    with pytest.raises(UnsupportedFault, match="no dependency is named so"), injection:
        pytest.fail("entered although it was refused")
    assert not injection.begun
