"""What the tap could not read, or no handshake let through, is told before calls are counted."""

import pytest

from windtunnel.doctor import traffic
from windtunnel.doctor.check import Condition
from windtunnel.records import BlindSpot, Connection, Evidence, Handshake, HandshakeOutcome


def evidence(
    *outcomes: HandshakeOutcome, reason: str = "", blind: tuple[str, ...] = ()
) -> Evidence:
    return Evidence(
        dependency="prices",
        at=2.0,
        connections=tuple(
            Connection(
                dependency="prices",
                number=number,
                opened=1.0,
                handshake=Handshake(outcome=outcome, reason=reason),
            )
            for number, outcome in enumerate(outcomes)
        ),
        blind_spots=tuple(BlindSpot(what=each) for each in blind),
    )


def test_a_handshake_that_failed_is_to_be_mended() -> None:
    failed = evidence(HandshakeOutcome.FAILED, HandshakeOutcome.FAILED, reason="unknown ca")
    check = traffic._trouble(failed)
    assert check is not None
    assert (check.condition, check.found) == (
        Condition.FAIL,
        "the TLS handshake failed: unknown ca",
    )
    assert "dependencies.prices.tls" in check.remedy


def test_what_is_not_read_is_to_be_looked_at() -> None:
    h2 = "the dependency does not speak http/1.1 by ALPN: expected the protocol tcp"
    check = traffic._trouble(evidence(HandshakeOutcome.FAILED, blind=(h2,)))
    assert check is not None
    assert (check.condition, check.found) == (Condition.WARN, h2)
    assert "dependencies.prices.protocol" in check.remedy


@pytest.mark.parametrize("outcomes", [(), (HandshakeOutcome.COMPLETED,)])
def test_nothing_is_said_where_all_is_well(outcomes: tuple[HandshakeOutcome, ...]) -> None:
    assert traffic._trouble(evidence(*outcomes)) is None
