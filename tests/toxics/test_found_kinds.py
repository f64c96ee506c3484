"""A toxic is one file: its kind is found in its folder, and one without a kind is named."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from windtunnel import faults
from windtunnel.fault_kinds import kinds
from windtunnel.proxy.toxic_catalog import KINDS
from windtunnel.toxics import on_bytes, on_listener
from windtunnel.toxics.connection_toxic import Placement
from windtunnel.toxics.found_kinds import kinds_in
from windtunnel.toxics.listener_posture import ListenerPosture
from windtunnel.toxics.tls_mode import TlsMode
from windtunnel_faults import Toxics

OF_ONES_OWN = """\
from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.connection_toxic import ByteToxic

KIND = ByteToxicKind("gremlin", ByteToxic)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give an empty package of toxics."""
    made = ModuleType("gremlins")
    made.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "gremlins", made)
    monkeypatch.delitem(sys.modules, "gremlins.gremlin", raising=False)
    return made


def test_a_new_file_is_a_new_kind(package: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "gremlin.py").write_text(OF_ONES_OWN)
    assert [kind.name for kind in kinds_in(package)] == ["gremlin"]


def test_a_file_without_a_kind_is_named(package: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "gremlin.py").write_text("KIND = 3\n")
    with pytest.raises(TypeError, match=r"gremlins\.gremlin: expected KIND, a ToxicKind; found 3"):
        list(kinds_in(package))


def test_each_file_has_the_kind_of_its_name() -> None:
    for package in (on_bytes, on_listener):
        files = {each.stem for each in Path(package.__path__[0]).glob("[a-z]*.py")}
        assert {kind.name for kind in kinds_in(package)} == files


def test_every_toxic_of_a_fault_is_known_to_the_proxy() -> None:
    needed = {"seconds": 1.0, "bytes_per_second": 1000, "limit_bytes": 1}
    found = set()
    for name, kind in kinds().items():
        given = {each.name: needed[each.name] for each in kind.parameters if each.default is None}
        form = getattr(faults, name)("catalog", **given).form
        if isinstance(form, Toxics):
            found |= {toxic.type for toxic in form.toxics}
    assert found
    assert found <= set(KINDS)


def test_kinds_say_what_their_coming_and_going_ends() -> None:
    assert {name for name, kind in KINDS.items() if kind.cuts_live} == {"outage"}
    assert {name for name, kind in KINDS.items() if kind.closes_on_removal} == {"timeout"}
    assert {name: kind.posture for name, kind in KINDS.items() if kind.posture is not None} == {
        "connect_black_hole": ListenerPosture.SWALLOW,
        "connect_refuse": ListenerPosture.REFUSE,
        "outage": ListenerPosture.REFUSE,
    }


def test_what_needs_to_read_the_traffic_is_refused_where_it_stays_encrypted() -> None:
    refused = {
        name
        for name, kind in KINDS.items()
        if kind.tls_mistake(TlsMode.PASSTHROUGH, {**kind.defaults, "fault": "expired"})
    }
    assert refused == {"tls", *(name for name in KINDS if name.startswith("http_"))}


def test_a_connection_without_toxics_has_empty_chains() -> None:
    assert Placement().chains == {"upstream": [], "downstream": []}
