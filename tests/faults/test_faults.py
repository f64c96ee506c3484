"""What each fault promises: its Toxiproxy form, its needed capability, and clear errors."""

from dataclasses import FrozenInstanceError

import pytest

import faults
from faults import Capability, Disabled, Fault, Form, ProcessAction, Processing, Toxic, Toxics

EXAMPLES: list[tuple[Fault, Form]] = [
    (
        faults.Latency("catalog", 0.2, jitter=0.05),
        Toxics((Toxic("latency", (("latency", 200), ("jitter", 50))),)),
    ),
    (faults.Bandwidth("catalog", 20_000), Toxics((Toxic("bandwidth", (("rate", 20),)),))),
    (faults.Timeout("catalog"), Toxics((Toxic("timeout", (("timeout", 0),)),))),
    (
        faults.ConnectionReset("catalog"),
        Toxics((Toxic("reset_peer", (("timeout", 0),), "upstream"),)),
    ),
    (faults.DataLimit("catalog", 10), Toxics((Toxic("limit_data", (("bytes", 10),)),))),
    (faults.SlowClose("catalog", 1.5), Toxics((Toxic("slow_close", (("delay", 1500),)),))),
    (faults.Outage("catalog"), Disabled()),
    (faults.Pause("redis"), Processing(ProcessAction.PAUSE)),
    (faults.Kill("redis"), Processing(ProcessAction.KILL)),
    (faults.Disconnect("redis"), Processing(ProcessAction.DISCONNECT)),
]


@pytest.mark.parametrize(("fault", "form"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_a_fault_takes_its_documented_form(fault: Fault, form: Form) -> None:
    assert fault.form == form


def test_only_faults_of_the_traffic_need_no_more_than_tcp() -> None:
    for fault, form in EXAMPLES:
        assert (fault.needs is Capability.TCP) == (not isinstance(form, Processing))


def test_a_fault_cannot_be_changed() -> None:
    outage = faults.Outage("catalog")
    with pytest.raises(FrozenInstanceError):
        outage.dependency = "redis"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: faults.Outage(""), r"Outage\(dependency=''\): expected a dependency's name"),
        (lambda: faults.Latency("catalog", -1), r"Latency\(seconds=-1\): expected 0.001 seconds"),
        (lambda: faults.Latency("catalog", 0.0001), r"expected 0.001 seconds or more"),
        (lambda: faults.Latency("catalog", float("nan")), r"expected a number of seconds"),
        (lambda: faults.Latency("catalog", 1, stream="up"), r"expected 'downstream' \(answers\)"),
        (lambda: faults.Latency("catalog", 1, jitter=-0.1), r"jitter=-0.1"),
        (lambda: faults.Bandwidth("catalog", 12), r"bytes_per_second=12\): expected 1000 or more"),
        (lambda: faults.DataLimit("catalog", True), r"expected a whole number"),  # noqa: FBT003 - the mistake under test
        (lambda: faults.SlowClose("catalog", 0), r"SlowClose\(seconds=0\)"),
    ],
)
def test_a_bad_argument_gets_one_error_that_names_the_place(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=message):
        make()
