"""A target that calls its dependency over HTTPS is struck, and judged, as one that does not."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.machine import missing
from tests.sample import session_of
from windtunnel import faults
from windtunnel.backends.fault_support import check_fault
from windtunnel.backends.tap_tls import check_authorities, tls_field
from windtunnel.configuration import Configuration, parse
from windtunnel.criteria import breaker_opens
from windtunnel.errors import ConfigurationError, UnsupportedFault, VacuousFault
from windtunnel.records import HandshakeOutcome
from windtunnel.session import Session
from windtunnel.stack import Stack
from windtunnel_faults import Capability, Fault

ROOT = Path(__file__).parents[2]
TARGET = Path(__file__).with_name("https_target.py")
CATALOG = ("{python}", "-m", "windtunnel_sample.catalog", "--host", "{host}", "--port", "{port}")


def configured(**more: object) -> Configuration:
    dependency: Mapping[str, object] = {
        "protocol": "http",
        "command": CATALOG,
        "environment": {"PRICES_URL": "https://{address}", "CA": "{ca}"},
        "endpoint": "/orders",
        "tls": "terminate",
        **more,
    }
    table = {
        "command": ("{python}", str(TARGET), "{port}"),
        "endpoints": ("/orders",),
        "dependencies": {"prices": dependency},
    }
    return parse(table, "test")


def session(backend: str, configuration: Configuration) -> Session:
    return session_of(configuration.model_copy(update={"directory": str(ROOT)}), backend)


@pytest.fixture(scope="module", params=["embedded", "local"])
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    reason = missing(request.param)
    if reason:
        pytest.skip(reason)
    running = session(request.param, configured())
    try:
        stack = running.stack("test", {}, lambda verdict: None)
        yield stack
        authority = Path(stack.backend.directory) / "ca.pem"
        assert authority.exists()
        stack.close()
    finally:
        running.close()
    assert not authority.exists(), "the run left its authority behind"


def test_what_is_in_tls_is_evidence_and_an_http_fault_strikes_it(stack: Stack) -> None:
    run = stack.drive("/orders", requests=3)
    assert not any(response.fallback for response in run.responses)
    evidence = run.at("prices")
    assert [each.request for each in evidence.exchanges] == ["GET /agents"] * 3
    assert all(
        each.handshake is not None and each.handshake.outcome is HandshakeOutcome.COMPLETED
        for each in evidence.connections
    )
    with stack.inject(faults.HttpStatus("prices", 503)):
        struck = stack.drive("/orders", requests=2)
    assert all(response.fallback for response in struck.responses)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (faults.TlsCertificate("prices"), b"certificate has expired"),
        (faults.TlsCertificate("prices", "wrong_name"), b"certificate is not valid for"),
        (faults.TlsAlert("prices"), b"HANDSHAKE_FAILURE"),
        (faults.TlsAbort("prices"), b"reset by peer"),
    ],
    ids=repr,
)
def test_a_handshake_that_fails_is_an_attempt_that_the_target_made(
    stack: Stack, fault: Fault, seen: bytes
) -> None:
    with stack.inject(fault) as injection:
        run = stack.drive("/orders", requests=5)
        assert seen in stack.get("/orders")[1]
        assert injection.touched
    assert all(response.fallback for response in run.responses)
    # It has no breaker: without the failed handshakes as evidence this could not be told.
    verdict = breaker_opens(run, "prices", within=3)
    assert not verdict
    assert any("TLS handshake failed" in moment.what for moment in verdict.timeline)


def test_a_slow_handshake_is_waited_for(stack: Stack) -> None:
    with stack.inject(faults.TlsDelay("prices", 0.2)):
        run = stack.drive("/orders", requests=2)
    assert not any(response.fallback for response in run.responses)
    assert all(response.duration >= 0.2 for response in run.responses)


def test_a_fault_of_handshakes_that_meets_none_is_refused(stack: Stack) -> None:
    with pytest.raises(VacuousFault), stack.inject(faults.TlsAbort("prices")):
        pass


@pytest.mark.parametrize(
    ("tls", "mistake"),
    [
        ({"mode": "terminate", "trust": "any"}, "trust, server_name, certificate and key need"),
        ({"mode": "passthrough", "upstream": "tls"}, "need the mode 'terminate'"),
        ({"mode": "terminate", "upstraem": "tls"}, "did you mean 'upstream'"),
        ("terminated", "did you mean 'terminate'"),
    ],
)
def test_a_mistake_in_the_configuration_is_told(tls: object, mistake: str) -> None:
    with pytest.raises(ConfigurationError, match=mistake):
        configured(tls=tls)


def test_certificates_to_trust_are_read_from_a_file_that_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("certificates")
    tls = configured(tls={"upstream": "tls", "trust": "ca.pem"}).dependencies["prices"].tls
    assert tls_field("prices", tls, tmp_path) == {
        "mode": "terminate",
        "upstream": "tls",
        "trust": "certificates",
    }
    with pytest.raises(
        ConfigurationError, match=r"dependencies.prices.tls.trust = 'ca.pem': cannot be read"
    ):
        tls_field("prices", tls, tmp_path / "elsewhere")


def test_an_authority_that_there_is_none_of_is_told() -> None:
    with pytest.raises(ConfigurationError, match=r'\{ca\} needs tls = "terminate"'):
        check_authorities(configured(tls=None), "")


@pytest.mark.parametrize("tls", [None, "passthrough"])
def test_tls_that_does_not_end_at_the_tap_cannot_be_struck(tls: str | None) -> None:
    with pytest.raises(UnsupportedFault, match='expected tls = "terminate"'):
        check_fault(
            faults.TlsAbort("prices"),
            configured(tls=tls),
            "embedded",
            frozenset(Capability),
        )
