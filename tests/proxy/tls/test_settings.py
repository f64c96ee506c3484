"""The field `tls` of a proxy: what it takes, and one clear error for everything else."""

from typing import Any

import pytest

from windtunnel.proxy.tls.settings import InvalidTls, TlsSettings
from windtunnel.toxics.on_handshake.tls import ALERTS, CERTIFICATES, FAULTS, KIND
from windtunnel_faults.tls import alert, certificate

ROUTES = {"a.example": "127.0.0.1:1", "*.b.example": "127.0.0.1:2"}


@pytest.mark.parametrize(
    "field",
    [
        {"mode": "off"},
        {"mode": "terminate"},
        {"mode": "passthrough", "routes": ROUTES},
        {"mode": "terminate", "upstream": "tls", "trust": "any", "server_name": "catalog"},
    ],
)
def test_the_field_is_shown_as_it_was_asked_for(field: dict[str, Any]) -> None:
    assert TlsSettings.of(field).shown == field


@pytest.mark.parametrize(
    ("field", "mistake"),
    [
        ("terminate", "tls must be an object, such as"),
        ({}, "expected one of: off, passthrough, terminate; found ''"),
        ({"mode": "Terminate"}, "tls.mode was invalid"),
        ({"mode": 1}, "tls.mode must be a string"),
        ({"mode": "terminate", "upstraem": "tls"}, "did you mean 'upstream'"),
        ({"mode": "terminate", "routes": ROUTES}, "tls.routes means nothing with the mode"),
        ({"mode": "passthrough", "upstream": "tls"}, "tls.upstream means nothing with the mode"),
        ({"mode": "off", "trust": "any"}, "tls.trust means nothing with the mode 'off'"),
        ({"mode": "terminate", "trust": "any"}, "tls.trust needs tls.upstream 'tls'"),
        ({"mode": "terminate", "upstream": "tls", "trust": "ca.pem"}, "found 'ca.pem'"),
        (
            {"mode": "terminate", "upstream": "tls", "server_name": "a..b"},
            "server_name cannot be a server's",
        ),
        ({"mode": "passthrough", "routes": {"a": "b..c:1"}}, "must lead to host:port"),
        ({"mode": "passthrough", "routes": {"a": "b"}}, "'a' must lead to host:port, found 'b'"),
        ({"mode": "passthrough", "routes": {"a": "b:70000"}}, "must lead to host:port"),
        ({"mode": "passthrough", "routes": ["a"]}, "must be an object of names and addresses"),
    ],
)
def test_a_mistake_names_its_place_and_what_was_expected(field: object, mistake: str) -> None:
    with pytest.raises(InvalidTls, match=mistake):
        TlsSettings.of(field)


@pytest.mark.parametrize(
    ("name", "leads"),
    [
        ("a.example", "127.0.0.1:1"),
        ("x.b.example", "127.0.0.1:2"),
        ("x.y.b.example", None),
        ("b.example", None),
        ("c.example", None),
        ("", ""),
    ],
)
def test_a_name_leads_where_its_route_does(name: str, leads: str | None) -> None:
    assert TlsSettings.of({"mode": "passthrough", "routes": ROUTES}).route(name) == leads


def test_without_routes_every_name_leads_to_the_upstream() -> None:
    assert TlsSettings.of({"mode": "passthrough"}).route("c.example") == ""


@pytest.mark.parametrize(
    ("attributes", "mistake"),
    [
        ({"fault": "wrongname"}, "did you mean 'wrong_name'"),
        ({"fault": ""}, "expected one of: abort"),
        ({"fault": "slow"}, "slow needs a delay"),
        ({"fault": "slow", "delay": -1}, "slow needs a delay"),
        ({"fault": "expired", "delay": 5}, "a delay is for slow alone"),
        ({"fault": "abort", "alert": "internal_error"}, "alert is for the fault alert alone"),
        ({"fault": "alert", "alert": "internal"}, "did you mean 'internal_error'"),
    ],
)
def test_a_toxic_that_contradicts_itself_is_refused(
    attributes: dict[str, Any], mistake: str
) -> None:
    assert mistake in KIND.mistake({**KIND.defaults, **attributes})


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_needs_no_more_than_its_name(fault: str) -> None:
    delay = 1 if fault == "slow" else 0
    assert KIND.mistake({**KIND.defaults, "fault": fault, "delay": delay}) == ""


def test_the_faults_of_the_library_are_those_of_the_proxy() -> None:
    assert set(certificate.CERTIFICATES) == set(CERTIFICATES)
    assert set(alert.ALERTS) == set(ALERTS)
