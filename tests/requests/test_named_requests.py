"""Requests are sent by name wherever a path is, with the login that the service asks for."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.requests.shop import CONFIGURATION, PASSWORD, SHOP
from windtunnel import Outage, Request, Ruling, fails_cleanly
from windtunnel.criteria import Verdict
from windtunnel.errors import ConfigurationError, StartError
from windtunnel.session import Session
from windtunnel.stack import Stack


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    return tmp_path


@pytest.fixture
def stack(folder: Path) -> Iterator[Stack]:
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    try:
        stack = session.stack("test", {}, lambda verdict: None)
        yield stack
        stack.close()
    finally:
        session.close()


def test_a_name_is_sent_as_configured_and_what_reached_the_dependency_is_its(
    stack: Stack,
) -> None:
    run = stack.drive("checkout", requests=12, concurrency=3)
    assert {(each.endpoint, each.status) for each in run.responses} == {("checkout", 201)}
    (payment,) = run.evidence
    assert len(payment.exchanges) == 12
    # The service charges by the key that each caller gave.
    keys = {stack.request("checkout").json()["key"] for _ in range(3)}
    assert len(keys) == 3


def test_a_status_that_is_not_expected_is_no_good_answer(stack: Stack) -> None:
    with stack.inject(Outage("payment")):
        run = stack.drive("checkout", requests=3)
    assert [(each.status, each.succeeded) for each in run.responses] == [(503, False)] * 3
    assert run.responses[0].headers["retry-after"] == "1"
    with stack.inject(Outage("payment")):
        run = stack.drive("checkout", requests=20)
    assert fails_cleanly(run, within=5, header="Retry-After")
    with stack.target(FAILURE="500") as flawed, stack.inject(Outage("payment")):
        found = fails_cleanly(flawed.drive("checkout", requests=20), within=5, header="Retry-After")
    assert (found.ruling, found.value) == (Ruling.FAIL, 20)
    answer = stack.request("GET", "/me", expect=(204,))
    assert (answer.status, answer.succeeded) == (200, False)


def test_a_request_has_headers_and_body_on_record(stack: Stack) -> None:
    answer = stack.request(
        "POST", "/api/orders/7", json={"quantity": 3}, headers={"Idempotency-Key": "k"}
    )
    assert answer.json() == {"order": "/api/orders/7", "key": "k"}
    assert answer.headers["content-length"] == f"{len(answer.body)}"
    assert stack.request(Request(path="/me", name="who")).endpoint == "who"


def test_who_is_logged_out_is_logged_in_again(stack: Stack) -> None:
    """The service forgets a token after fifteen requests."""
    run = stack.load(["/me"], requests=50, connections=4)
    assert all(each.succeeded for each in run.responses)
    assert json.loads(stack.request("/logins").body) >= 3


def test_an_open_loop_carries_names_and_the_login(stack: Stack) -> None:
    run = stack.offer(50, duration=0.2, requests=["checkout", "/me"], poisson=False)
    assert set(run.samples.names) == {"checkout", "/me"}
    assert run.samples.errors == 0


def test_an_unknown_name_is_one_clear_error(stack: Stack) -> None:
    with pytest.raises(ConfigurationError, match=r"'chekout'.*did you mean 'checkout'"):
        stack.drive("chekout")
    with pytest.raises(ConfigurationError, match="expected a method and a path"):
        stack.request("checkout", json={})
    with pytest.raises(ConfigurationError, match=r"no field 'jsn'; did you mean 'json'"):
        stack.request("PUT", "/x", jsn={})
    with pytest.raises(ConfigurationError, match="method 'PSOT'"):
        stack.request("PSOT", "/x")


def test_a_login_that_is_refused_is_one_clear_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "wrong-one")
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    verdicts: list[Verdict] = []
    try:
        with pytest.raises(StartError, match=r"login at .*: 401") as raised:
            session.stack("test", {}, verdicts.append).drive("/me", 1)
    finally:
        session.close()
    assert "wrong-one" not in str(raised.value)
