"""Every fault in `faults` can be chosen, also one added later; each mistake is one clear error."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

import windtunnel_faults
from windtunnel.errors import ConfigurationError
from windtunnel.fault_kinds import build, kinds
from windtunnel_faults import Capability, ConnectionReset, Disabled, Latency, Outage


@dataclass(frozen=True, slots=True)
class Gremlin:
    """Bite `bites` times.

    The second paragraph is for other readers.
    """

    needs: ClassVar[Capability] = Capability.TCP

    dependency: str
    bites: int
    quietly: bool = False

    @property
    def form(self) -> Disabled:
        return Disabled()


def test_every_fault_that_is_exported_is_a_kind_and_nothing_else_is() -> None:
    found = kinds()
    assert {"Outage", "Latency", "Kill", "ConnectionReset"} <= set(found)
    assert not {"Fault", "Toxic", "Disabled", "Capability", "Processing"} & set(found)
    assert all(each.summary and each.needs in set(Capability) for each in found.values())


def test_a_fault_added_later_is_a_kind_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windtunnel_faults, "Gremlin", Gremlin, raising=False)
    monkeypatch.setattr(windtunnel_faults, "__all__", [*windtunnel_faults.__all__, "Gremlin"])
    kind = kinds()["Gremlin"]
    assert kind.summary == "Bite bites times."
    assert [(each.name, each.type, each.default) for each in kind.parameters] == [
        ("bites", "int", None),
        ("quietly", "bool", "False"),
    ]
    assert build("gremlin", "catalog", {"bites": "3", "quietly": "true"}) == Gremlin(
        "catalog", 3, quietly=True
    )


@pytest.mark.parametrize("name", ["ConnectionReset", "connection-reset", "connection_reset"])
def test_a_name_is_matched_whatever_its_case_and_dashes(name: str) -> None:
    assert build(name, "catalog", {"seconds": "0.5"}) == ConnectionReset("catalog", 0.5)


def test_values_become_the_types_that_the_fault_wants() -> None:
    assert build("latency", "redis", {"seconds": "1", "stream": "upstream"}) == Latency(
        "redis", 1.0, stream="upstream"
    )
    assert build("outage", "redis", {}) == Outage("redis")


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("Outag", {}, "no fault is named 'Outag'; did you mean 'Outage'?"),
        ("conection-reset", {}, "did you mean 'ConnectionReset'?"),
        ("xyz", {}, "no fault is named 'xyz'; expected one of: Bandwidth, "),
        ("Latency", {"second": "1"}, "no parameter 'second'; did you mean 'seconds'?"),
        ("Outage", {"seconds": "1"}, "Outage has no parameter 'seconds'; expected one of: caller"),
        ("Latency", {}, "Latency needs seconds=VALUE, a float"),
        ("Latency", {"seconds": "soon"}, "Latency(seconds='soon'): expected a number of seconds"),
        ("Latency", {"seconds": "-1"}, "Latency(seconds=-1.0): expected 0.001 seconds or more"),
        ("DataLimit", {"limit_bytes": "1.5"}, "limit_bytes='1.5'): expected a whole number"),
        ("Latency", {"seconds": "1", "stream": "sideways"}, "expected 'downstream' (answers)"),
    ],
)
def test_a_mistake_is_one_clear_error(name: str, values: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        build(name, "catalog", values)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
