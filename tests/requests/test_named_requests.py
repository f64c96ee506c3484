"""Requests are sent by name wherever a path is, with the login that the service asks for."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
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
        with pytest.raises(StartError, match=r"login: POST /\S+ at .*: refused: 401") as raised:
            session.stack("test", {}, verdicts.append).drive("/me", 1)
    finally:
        session.close()
    assert "wrong-one" not in str(raised.value)


def test_no_two_tests_send_the_same_key(folder: Path) -> None:
    keys: list[str] = []
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    try:
        for name in ("one", "another"):
            stack = session.stack(name, {}, lambda verdict: None)
            keys += [stack.request("checkout").json()["key"] for _ in range(2)]
            stack.close()
    finally:
        session.close()
    assert len(set(keys)) == 4


def test_a_variable_that_is_not_set_is_named_before_anything_is_sent(stack: Stack) -> None:
    lacking = Request(path="/me", headers={"X-Key": "{env:WINDTUNNEL_TESTS_UNSET}"}, name="me")
    for send in (
        lambda: stack.drive(lacking, requests=4, concurrency=2),
        lambda: stack.load([lacking], requests=4),
        lambda: stack.offer(10, duration=0.2, requests=[lacking]),
        lambda: stack.request(lacking),
    ):
        with pytest.raises(ConfigurationError, match=r"me: header X-Key: .*UNSET"):
            send()


def test_pairs_and_each_of_them_are_requests_of_their_own(stack: Stack) -> None:
    asked = Request(method="POST", path="/once/{int:1..1000000}/{uuid}", name="once")
    with stack.target() as one, stack.target() as other:
        pairs = one.pairs(other, asked, 5)
        pairs = one.pairs(other, asked, 5, after=pairs)
        assert all(each.succeeded for each in (*pairs.a.responses, *pairs.b.responses))
        numbers = [json.loads(each.request("/asked").body) for each in (one, other)]
    assert numbers[0] == numbers[1]
    assert len(set(numbers[0])) == 20


def test_a_login_is_renewed_once_for_all_and_a_refusal_that_it_cannot_help_stays(
    stack: Stack,
) -> None:
    run = stack.drive("/me", requests=60, concurrency=8)
    assert all(each.succeeded for each in run.responses)
    assert any(each.renewed for each in run.responses)
    logins = json.loads(stack.request("/logins").body)
    assert logins <= 1 + 61 // 15 + 1
    run = stack.drive("/forbidden", requests=20)
    assert {each.status for each in run.responses} == {401}
    assert json.loads(stack.request("/logins").body) <= logins + 4


def test_where_no_new_login_is_to_be_had_the_refusal_is_the_answer(folder: Path) -> None:
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    try:
        stack = session.stack("test", {"LOGINS": "1"}, lambda verdict: None)
        run = stack.drive("/me", requests=20, concurrency=4)
        stack.close()
    finally:
        session.close()
    assert sorted({each.status for each in run.responses if each.status}) == [200, 401]


def test_an_open_loop_after_one_that_was_refused_has_a_new_login(stack: Stack) -> None:
    runs = [stack.offer(100, duration=0.25, requests=["/me"], poisson=False) for _ in range(3)]
    assert [run.samples.errors > 0 for run in runs] == [True] * 3
    assert all(run.samples.errors < len(run.samples) for run in runs)


def test_tokens_and_variables_of_requests_are_masked_once_they_are_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PIN", "pin-4711-pin")
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    told: list[str] = []
    session.secrets_learnt = told.extend
    try:
        stack = session.stack("test", {}, lambda verdict: None)
        stack.request("GET", "/me", headers={"X-Pin": "{env:SHOP_PIN}"})
        token = stack.request("/token").body.decode()
        stack.close()
    finally:
        session.close()
    assert len(token) == 32
    assert session.masking.text(f"a {token} b pin-4711-pin c") == "a *** b *** c"
    assert {token, "pin-4711-pin"} <= set(told)


def test_what_came_after_a_run_ends_where_the_next_began_of_whatever_kind(stack: Stack) -> None:
    def journey(client: httpx.Client) -> None:
        client.get("/me")

    for following in (
        lambda: stack.drive("/me", requests=1),
        lambda: stack.drive(journey, requests=1),
        lambda: stack.offer(50, duration=0.1, requests=["/me"]),
        lambda: stack.default_target.pairs(stack.default_target, "/me", 2).a,
    ):
        run = stack.drive("/me", requests=1)
        before = stack.up_to_now(run)
        following_run = following()
        after = stack.up_to_now(run)
        assert run.ended <= before.ended <= after.ended <= following_run.began
        assert (before.load_ended, after.load_ended) == (run.ended, run.ended)
    # So it does where the next one never came to its end.
    run = stack.drive("/me", requests=1)
    with stack.default_target.ending_by(0.0), pytest.raises(TimeoutError):
        stack.drive("/me", requests=1)
    ended = time.monotonic()
    assert stack.up_to_now(run).ended < ended
