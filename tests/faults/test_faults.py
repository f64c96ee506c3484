"""What each fault promises: its Toxiproxy form, its needed capability, and clear errors."""

from dataclasses import FrozenInstanceError

import pytest

from windtunnel import faults
from windtunnel_faults import (
    Capability,
    Disabled,
    Fault,
    Form,
    ProcessAction,
    Processing,
    Toxic,
    Toxics,
)

EXAMPLES: list[tuple[Fault, Form]] = [
    (
        faults.Latency("catalog", 0.2, jitter=0.05),
        Toxics((Toxic("latency", (("latency", 200), ("jitter", 50))),)),
    ),
    (
        faults.Bandwidth("catalog", 20_000),
        Toxics((Toxic("bandwidth", (("rate", 20),)),)),
    ),
    (faults.Timeout("catalog"), Toxics((Toxic("timeout", (("timeout", 0),)),))),
    (
        faults.ConnectionReset("catalog"),
        Toxics((Toxic("reset_peer", (("timeout", 0),), "upstream"),)),
    ),
    (faults.DataLimit("catalog", 10), Toxics((Toxic("limit_data", (("bytes", 10),)),))),
    (
        faults.SlowClose("catalog", 1.5),
        Toxics((Toxic("slow_close", (("delay", 1500),)),)),
    ),
    (faults.Outage("catalog"), Disabled()),
    (
        faults.ConnectDelay("catalog", 0.1),
        Toxics((Toxic("connect", (("latency", 100),), "upstream"),)),
    ),
    (faults.ConnectRefused("catalog"), Toxics((Toxic("connect_refuse"),))),
    (faults.ConnectBlackHole("catalog"), Toxics((Toxic("connect_black_hole"),))),
    (
        faults.ConnectStale("catalog", 0.5),
        Toxics((Toxic("stale", (("idle", 500),), "upstream"),)),
    ),
    (
        faults.TlsCertificate("catalog", "wrong_name"),
        Toxics((Toxic("tls", (("fault", "wrong_name"),)),)),
    ),
    (
        faults.TlsDelay("catalog", 0.1),
        Toxics((Toxic("tls", (("fault", "slow"), ("delay", 100))),)),
    ),
    (faults.TlsAbort("catalog"), Toxics((Toxic("tls", (("fault", "abort"),)),))),
    (
        faults.TlsAlert("catalog", "internal_error"),
        Toxics((Toxic("tls", (("fault", "alert"), ("alert", "internal_error"))),)),
    ),
    (faults.Pause("redis"), Processing(ProcessAction.PAUSE)),
    (faults.Kill("redis"), Processing(ProcessAction.KILL)),
    (faults.Stop("redis"), Processing(ProcessAction.STOP)),
    (faults.Restart("redis"), Processing(ProcessAction.RESTART)),
    (faults.Disconnect("redis"), Processing(ProcessAction.DISCONNECT)),
]


@pytest.mark.parametrize(("fault", "form"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_a_fault_takes_its_documented_form(fault: Fault, form: Form) -> None:
    assert fault.form == form


def test_only_what_is_done_to_a_process_needs_one() -> None:
    for fault, form in EXAMPLES:
        needs_process = fault.needs in {Capability.PROCESS, Capability.NETWORK}
        assert needs_process == isinstance(form, Processing)


HTTP_EXAMPLES: list[tuple[Fault, str, tuple[tuple[str, int | str], ...]]] = [
    (
        faults.HttpStatus("catalog", 500, body="x"),
        "http_status",
        (("status", 500), ("body", "x")),
    ),
    (
        faults.HttpDelay("catalog", 0.2, jitter=0.1),
        "http_delay",
        (("latency", 200), ("jitter", 100)),
    ),
    (faults.HttpAbort("catalog", forwarded=True), "http_abort", (("forwarded", 1),)),
    (faults.HttpLostAnswer("catalog"), "http_lost_answer", (("ending", "reset"),)),
    (faults.HttpTruncate("catalog", 7), "http_truncate", (("bytes", 7),)),
    (faults.HttpCorrupt("catalog"), "http_corrupt", (("spacing", 16),)),
    (faults.HttpDrip("catalog", 100), "http_drip", (("rate", 100),)),
]


@pytest.mark.parametrize(
    ("fault", "kind", "attributes"), HTTP_EXAMPLES, ids=lambda value: type(value).__name__
)
def test_an_http_fault_strikes_every_request_unless_told_otherwise(
    fault: Fault, kind: str, attributes: tuple[tuple[str, int | str], ...]
) -> None:
    assert fault.needs is Capability.HTTP
    everything = (
        ("first", 0),
        ("every", 1),
        ("probability", 1.0),
        ("method", ""),
        ("path", ""),
        ("header", ""),
    )
    assert fault.form == Toxics((Toxic(kind, (*attributes, *everything)),))


def test_an_http_fault_says_which_requests_it_strikes() -> None:
    fault = faults.HttpStatus(
        "catalog", first=3, every=2, probability=0.5, method="GET", path="/a", header="X: y"
    )
    assert isinstance(fault.form, Toxics)
    attributes = dict(fault.form.toxics[0].attributes)
    assert attributes["first"] == 3
    assert attributes["every"] == 2
    assert attributes["probability"] == 0.5
    assert (attributes["method"], attributes["path"], attributes["header"]) == ("GET", "/a", "X: y")


def test_an_http_fault_reads_as_a_scenario_wrote_it() -> None:
    fault = faults.HttpStatus("catalog", 500, path="/agents")
    assert repr(fault) == "HttpStatus(dependency='catalog', status=500, path='/agents')"
    assert repr(faults.HttpCorrupt("catalog")) == "HttpCorrupt(dependency='catalog')"


def test_a_fault_cannot_be_changed() -> None:
    outage = faults.Outage("catalog")
    with pytest.raises(FrozenInstanceError):
        outage.dependency = "redis"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: faults.Outage(""),
            r"Outage\(dependency=''\): expected a dependency's name",
        ),
        (
            lambda: faults.Latency("catalog", -1),
            r"Latency\(seconds=-1\): expected 0.001 seconds",
        ),
        (lambda: faults.Latency("catalog", 0.0001), r"expected 0.001 seconds or more"),
        (
            lambda: faults.Latency("catalog", float("nan")),
            r"expected a number of seconds",
        ),
        (
            lambda: faults.Latency("catalog", 1, stream="up"),
            r"expected 'downstream' \(answers\)",
        ),
        (lambda: faults.Latency("catalog", 1, jitter=-0.1), r"jitter=-0.1"),
        (
            lambda: faults.Bandwidth("catalog", 12),
            r"bytes_per_second=12\): expected 1000 or more",
        ),
        (lambda: faults.DataLimit("catalog", True), r"expected a whole number"),  # noqa: FBT003 - the mistake under test
        (lambda: faults.SlowClose("catalog", 0), r"SlowClose\(seconds=0\)"),
        (lambda: faults.ConnectDelay("catalog", 0), r"ConnectDelay\(seconds=0\)"),
        (lambda: faults.ConnectStale("catalog", -1), r"ConnectStale\(idle=-1\)"),
        (lambda: faults.HttpStatus("catalog", 99), r"status=99\): expected 200 or more"),
        (
            lambda: faults.HttpStatus("catalog", 600),
            r"status=600\): expected 599 at most",
        ),
        (
            lambda: faults.HttpStatus("catalog", body=b"x"),  # type: ignore[arg-type]
            r"body=b'x'\): expected a text",
        ),
        (
            lambda: faults.HttpStatus("catalog", first=-1),
            r"first=-1\): expected 0 or more",
        ),
        (
            lambda: faults.HttpStatus("catalog", every=0),
            r"every=0\): expected 1 or more",
        ),
        (
            lambda: faults.HttpStatus("catalog", probability=2),
            r"probability=2\): expected a number",
        ),
        (
            lambda: faults.HttpAbort("catalog", forwarded=1),  # type: ignore[arg-type]
            r"forwarded=1\): expected True or",
        ),
        (
            lambda: faults.HttpLostAnswer("catalog", ending="rst"),
            r"ending='rst'\): expected one of reset, close",
        ),
        (
            lambda: faults.HttpDrip("catalog", 0),
            r"bytes_per_second=0\): expected 1 or more",
        ),
        (
            lambda: faults.HttpTruncate("catalog", -1),
            r"keep_bytes=-1\): expected 0 or more",
        ),
        (lambda: faults.HttpCorrupt("catalog", 0), r"spacing=0\): expected 1 or more"),
        (lambda: faults.HttpDelay("", 1), r"HttpDelay\(dependency=''\)"),
        (
            lambda: faults.TlsCertificate("catalog", "wrongname"),
            r"expected one of expired, .*\(did you mean 'wrong_name'\?\)",
        ),
        (
            lambda: faults.TlsAlert("catalog", ""),
            r"alert=''\): expected one of handshake_failure",
        ),
        (lambda: faults.TlsDelay("catalog", 0), r"TlsDelay\(seconds=0\)"),
    ],
)
def test_a_bad_argument_gets_one_error_that_names_the_place(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=message):
        make()
