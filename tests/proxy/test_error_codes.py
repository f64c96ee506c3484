"""Each error of the control port has a code, which a program can read where a text may change."""

import re

import pytest

from tests.contracts.proxy.servers import NOWHERE, Server, created
from windtunnel.ports import free_port
from windtunnel.proxy.api_errors import ErrorCode

TOXIC = "/proxies/p/toxics"


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/proxies/x", None, "proxy_not_found"),
        ("GET", f"{TOXIC}/x", None, "toxic_not_found"),
        ("DELETE", f"{TOXIC}/x", None, "toxic_not_found"),
        ("POST", "/proxies", b"{", "bad_request_body"),
        ("POST", "/proxies", {"name": 1}, "bad_request_body"),
        ("POST", "/proxies", {"name": "q"}, "missing_field"),
        ("POST", "/proxies", {"name": "p", "upstream": NOWHERE}, "proxy_already_exists"),
        ("POST", "/proxies", {"name": "q", "upstream": "x"}, "invalid_address"),
        (
            "POST",
            "/proxies",
            {"name": "q", "upstream": NOWHERE, "protocol": "x"},
            "invalid_protocol",
        ),
        ("POST", "/proxies", {"name": "q", "upstream": NOWHERE, "lease": 0}, "invalid_lease"),
        ("POST", "/proxies", {"name": "q", "upstream": NOWHERE, "tls": {}}, "invalid_tls"),
        (
            "POST",
            "/proxies",
            {"name": "q", "upstream": NOWHERE, "record": ["cookie:x"]},
            "invalid_field",
        ),
        ("POST", "/proxies/p", {"record_in_clear": ["json:x"] * 33}, "invalid_field"),
        (
            "POST",
            "/proxies",
            {"name": "q", "upstream": NOWHERE, "listen": "x"},
            "invalid_listen_address",
        ),
        ("POST", "/proxies/p", {"tls": {"mode": "terminate", "x": 1}}, "invalid_tls"),
        ("POST", TOXIC, {"type": "noop", "name": "t"}, "toxic_already_exists"),
        ("POST", TOXIC, {"type": "noop", "stream": "x"}, "invalid_stream"),
        ("POST", TOXIC, {"type": "x"}, "invalid_toxic_type"),
        ("POST", TOXIC, {"type": "latency", "attributes": {"latency": -1}}, "invalid_attributes"),
        ("POST", TOXIC, {"type": "connect_refuse", "toxicity": 0.5}, "invalid_toxicity"),
        ("POST", TOXIC, {"type": "tls", "attributes": {"fault": "abort"}}, "invalid_tls"),
        ("POST", "/populate", [{"name": "q"}], "missing_field"),
        ("POST", "/populate", b"x" * 2**21, "body_too_large"),
        ("GET", "/proxies/p/evidence?since=1", None, "mark_not_found"),
        ("GET", "/proxies/p/evidence?since=x", None, "invalid_since"),
    ],
)
def test_an_error_has_a_code(
    server: Server, method: str, path: str, body: object, code: str
) -> None:
    created(server, "p")
    server.call("POST", TOXIC, {"type": "noop", "name": "t"})
    answer = server.call(method, path, body)
    assert answer.status >= 400
    assert (answer.json["code"], answer.json["status"]) == (code, answer.status)
    assert set(answer.json) - {"proxies"} == {"error", "status", "code"}


def test_an_address_in_use_has_a_code(server: Server) -> None:
    listen = f"127.0.0.1:{free_port()}"
    assert created(server, "p", listen=listen).status == 201
    assert created(server, "q", listen=listen).json["code"] == "cannot_listen"


def test_codes_are_words_that_programs_can_rely_on() -> None:
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", each) for each in ErrorCode)
