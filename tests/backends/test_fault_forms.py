"""Forms are applied by the backend's own table, and what exists only after the start is named."""

from dataclasses import dataclass
from typing import ClassVar, cast

import pytest

from windtunnel.backends.embedded import EmbeddedBackend
from windtunnel.backends.fault_forms.disabled_applier import DisabledApplier
from windtunnel.backends.fault_forms.form_table import FormTable
from windtunnel.backends.fault_forms.processing_applier import ProcessingApplier
from windtunnel.backends.fault_forms.toxics_applier import ToxicsApplier
from windtunnel.backends.own_control import FaultControl
from windtunnel.configuration import parse
from windtunnel.errors import ControlCode, ControlError, UnsupportedFault, WindtunnelError
from windtunnel_faults import (
    Capability,
    Disabled,
    Disconnect,
    Fault,
    Form,
    HttpStatus,
    Kill,
    Latency,
    Outage,
    Processing,
    Toxics,
)

TABLE = {
    "command": ["true"],
    "endpoints": ["/"],
    "dependencies": {
        "prices": {
            "upstream": "127.0.0.1:1",
            "environment": {"PRICES": "{address}"},
            "endpoint": "/",
        }
    },
}


class Hop:
    """Writes down what is asked of one hop, on a list that several share."""

    def __init__(self, name: str, asked: list[str]) -> None:
        self._name = name
        self._asked = asked

    def disable(self, name: str) -> None:
        self._asked.append(f"{self._name} disables {name}")

    def enable(self, name: str) -> None:
        self._asked.append(f"{self._name} enables {name}")

    def add(self, name: str, toxics: Toxics, *, prefix: str) -> None:
        self._asked.append(f"{self._name} adds {prefix.partition('-')[0]} to {name}")

    def remove(self, name: str, *, prefix: str) -> None:
        self._asked.append(f"{self._name} removes {prefix.partition('-')[0]} from {name}")


def hops() -> tuple[FaultControl, FaultControl, list[str]]:
    asked: list[str] = []
    tap, proxy = Hop("tap", asked), Hop("toxiproxy", asked)
    return cast("FaultControl", tap), cast("FaultControl", proxy), asked


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (Latency("prices", 0.1), ["toxiproxy adds latency to prices", "toxiproxy removes latency"]),
        (HttpStatus("prices", 503), ["tap adds httpstatus to prices", "tap removes httpstatus"]),
    ],
)
def test_toxics_go_to_the_hop_that_can_have_them(fault: Fault, asked: list[str]) -> None:
    tap, proxy, found = hops()
    table = FormTable("local", {Toxics: ToxicsApplier(tap=tap, fault_proxy=proxy)})
    table.inject(fault)
    table.heal(fault)
    assert found == [asked[0], f"{asked[1]} from prices"]


def test_an_outage_disables_every_hop_once_the_targets_nearest_first_and_enables_it_last() -> None:
    tap, proxy, asked = hops()
    table = FormTable("local", {Disabled: DisabledApplier(tap=tap, fault_proxy=proxy)})
    table.inject(Outage("prices"))
    table.heal(Outage("prices"))
    assert asked == [
        "tap disables prices",
        "toxiproxy disables prices",
        "toxiproxy enables prices",
        "tap enables prices",
    ]
    asked.clear()
    DisabledApplier(tap=tap, fault_proxy=tap).inject(Outage("prices"), Disabled())
    assert asked == ["tap disables prices"]


class Rewind:
    """A form that no backend here knows."""


@dataclass(frozen=True, slots=True)
class Rewound:
    dependency: str
    needs: ClassVar[Capability] = Capability.TCP

    @property
    def form(self) -> Form:
        return cast("Form", Rewind())


def test_a_form_without_an_applier_is_named_with_those_that_have_one() -> None:
    tap, proxy, _ = hops()
    table = FormTable("local", {Toxics: ToxicsApplier(tap=tap, fault_proxy=proxy)})
    for call in (table.inject, table.heal):
        with pytest.raises(
            UnsupportedFault,
            match=r"Rewound\(dependency='prices'\) has the form Rewind, which the backend local"
            r" cannot apply; it applies: Toxics",
        ):
            call(Rewound("prices"))


def test_an_action_that_a_backend_lacks_is_named_with_those_that_it_has() -> None:
    table = FormTable("local", {Processing: ProcessingApplier({})})
    with pytest.raises(UnsupportedFault, match="needs the action 'disconnect'; this backend can: "):
        table.inject(Disconnect("prices"))


def test_what_a_backend_has_only_once_it_is_started_is_one_clear_error_before() -> None:
    backend = EmbeddedBackend(parse(TABLE, "x"), run="cafe", seed=1)
    try:
        for use in (
            lambda: backend.tap,
            lambda: backend.lapses,
            lambda: backend.inject(Outage("prices")),
            lambda: backend.evidence("prices", 0.0),
            lambda: backend.start_target("target-1", {}),
        ):
            with pytest.raises(
                ControlError, match=r"embedded is not started.*call start\(\) first"
            ) as raised:
                use()
            assert raised.value.code is ControlCode.NOT_STARTED
    finally:
        backend.stop()


def test_healing_a_kill_that_was_refused_is_an_error_of_ours_and_starts_nothing() -> None:
    backend = EmbeddedBackend(parse(TABLE, "x"), run="cafe", seed=1)
    try:
        backend.start()
        with pytest.raises(UnsupportedFault, match=r"runs already at 127\.0\.0\.1:1"):
            backend.inject(Kill("prices"))
        for fault in (Kill("prices"), Kill("nobody"), Disconnect("prices")):
            with pytest.raises(WindtunnelError):
                backend.heal(fault)
    finally:
        backend.stop()
