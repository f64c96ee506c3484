"""Placeholders are filled by the seed, literal braces stay, and an unknown name is an error."""

import json
import re
import uuid

import pytest

from windtunnel.errors import ConfigurationError
from windtunnel.load.mix import Mix
from windtunnel.requests.placeholders import Filling
from windtunnel.requests.prepared import Preparation, Prepared
from windtunnel.requests.request_value import Request


def made(request: Request, number: int = 1, seed: str = "s", identity: str = "") -> Prepared:
    return Preparation(request).of(Filling(number, seed, identity))


def test_path_headers_and_texts_of_json_are_filled_and_each_request_has_its_own() -> None:
    request = Request(
        method="POST",
        path="/orders/{n}?q={int:5..5}",
        headers={"Idempotency-Key": "{uuid}"},
        json={"id": "{uuid}", "{n}": ["{n}", "no {n}", {"deep": "{int:-3..-3}"}], "b": True},
    )
    first, second = made(request, 1), made(request, 2)
    assert (first.path, second.path) == ("/orders/1?q=5", "/orders/2?q=5")
    keys = [dict(each.headers)["Idempotency-Key"] for each in (first, second)]
    assert uuid.UUID(keys[0]).version == 4
    assert keys[0] != keys[1]
    body = json.loads(first.body)
    assert body["{n}"] == [1, "no 1", {"deep": -3}]
    assert body["id"] not in {keys[0], json.loads(second.body)["id"]}
    assert body["b"] is True
    assert ("content-type", "application/json") in first.headers


def test_the_same_seed_and_number_give_the_same_whatever_else_is_drawn() -> None:
    request = Request(path="/{uuid}/{int:1..1000000}")
    assert made(request, 7) == made(request, 7)
    assert made(request, 7) != made(request, 7, seed="another")
    numbers = {made(Request(path="/{int:1..3}"), number).path for number in range(100)}
    assert numbers == {"/1", "/2", "/3"}


def test_bodies_are_sent_as_they_are() -> None:
    for request in (Request(method="POST", body="{n} {{ {x"), Request(content=b"{n} {{ {x")):
        assert made(request).body == b"{n} {{ {x"


def test_a_form_is_filled_and_encoded() -> None:
    prepared = made(Request(method="POST", form={"a b": "{n}&", "c": "\N{SNOWMAN}"}))
    assert prepared.body == b"a+b=1%26&c=%E2%98%83"
    assert prepared.headers == (("content-type", "application/x-www-form-urlencoded"),)


def test_a_content_type_that_is_given_stays_the_only_one() -> None:
    headers = {"Content-Type": "application/vnd.api+json"}
    prepared = made(Request(method="POST", json={}, headers=headers))
    assert prepared.headers == (("Content-Type", "application/vnd.api+json"),)


def test_double_braces_are_single_ones() -> None:
    assert json.loads(made(Request(json=["{{n}}", "{{", "}}"])).body) == ["{n}", "{", "}"]


def test_a_variable_of_the_environment_is_read_when_it_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = Request(headers={"Authorization": "Bearer {env:SHOP_TOKEN}"})
    with pytest.raises(ConfigurationError, match="SHOP_TOKEN"):
        made(request)
    monkeypatch.setenv("SHOP_TOKEN", "t-1")
    assert made(request).headers == (("Authorization", "Bearer t-1"),)


def test_no_value_ends_a_header_or_leaves_a_segment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIL", "a\r\nX: y/../b c")
    assert made(Request(path="/{env:EVIL}")).path == "/a%0D%0AX%3A%20y%2F..%2Fb%20c"
    with pytest.raises(ConfigurationError, match="expected one line"):
        made(Request(headers={"A": "{env:EVIL}"}))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"path": "/{uiid}"}, "unknown placeholder '{uiid}'; did you mean 'uuid'?"),
        ({"path": "/{int}"}, "expected {int:LOW..HIGH}"),
        ({"path": "/{int:9..1}"}, "expected {int:LOW..HIGH}"),
        ({"path": "/{int:1..x}"}, "expected {int:LOW..HIGH}"),
        ({"path": "/{env:}"}, "expected {env:NAME}"),
        ({"path": "/{n"}, "a single '{'; expected '{{'"),
        ({"headers": {"A": "n}"}}, "a single '}'; expected '}}'"),
        ({"json": {"a": ["{x}"]}}, "json.a.0: unknown placeholder '{x}'"),
        ({"form": {"a": "{x}"}}, "form.a: unknown placeholder '{x}'"),
        ({"path": "/{x}", "data": ({"id": "1"},)}, "{uuid}, {env:NAME}, {id}, or {{ for a brace"),
        ({"json": {1: 2}}, "the name 1: expected text"),
        ({"json": float("nan")}, "expected text, a finite number"),
        ({"json": {"a": object()}}, "expected text, a finite number"),
        ({"json": 1, "form": {"a": "b"}}, "found json and form"),
        ({"data": ({"a": "1"}, {"b": "1"})}, "expected the same fields in each row"),
        ({"json": {"a": "{n}"}, "headers": {"Content-Length": "7"}}, "as the body's placeholders"),
    ],
)
def test_what_is_not_known_is_refused_at_once(fields: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        Request(**fields)  # type: ignore[arg-type]


def test_deep_and_endless_bodies_are_refused() -> None:
    deep: object = "x"
    for _ in range(1000):
        deep = [deep]
    endless: list[object] = []
    endless.append(endless)
    for body in (deep, endless):
        with pytest.raises(ConfigurationError, match="nested up to 100 deep"):
            Request(json=body)


def test_a_mix_sends_each_anew_and_parts_of_it_never_the_same() -> None:
    mix = Mix((Request(path="/{n}/{uuid}"), Request(path="/fixed")), {"X-Token": "t"})

    def paths(part: int) -> list[str]:
        order = mix.order("h", 3 + part, part=part, parts=2)
        return [next(order).path for _ in range(50)]

    assert paths(0) == paths(0)
    numbers = [{path.split("/")[1] for path in paths(part)} - {"fixed"} for part in (0, 1)]
    assert numbers[0].isdisjoint(numbers[1])
    assert b"x-token: t\r\n" in next(mix.order("h", 0)).wire


def test_two_targets_are_asked_the_same_and_each_has_identities_of_its_own() -> None:
    request = Request(path="/{n}/{int:1..1000000}/{uuid}")
    base, head = (made(request, 3, identity=name).path.split("/") for name in ("base", "head"))
    assert base[1:3] == head[1:3]
    assert base[3] != head[3]


@pytest.mark.parametrize(
    "fields",
    [
        {"json": {"password": "hunTer2secret{x"}},
        {"form": {"password": "hunTer2secret}"}},
        {"headers": {"Authorization": "Bearer hunTer2secret{x}"}},
        {"path": "/?key=hunTer2secret{x"},
    ],
)
def test_a_mistake_shows_its_place_and_not_the_text(fields: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Request(**{"name": "named", **fields})  # type: ignore[arg-type]
    assert "hunTer2secret" not in str(raised.value)
    assert str(raised.value).startswith("named: ")


def test_a_request_shows_nothing_of_what_it_holds() -> None:
    request = Request(method="POST", json={"password": "hunTer2"}, headers={"A": "hunTer2"})
    mix = Mix((request,), {"authorization": "hunTer2"})
    assert "hunTer2" not in f"{request!r} {mix!r} {made(request)!r}"


def test_cookies_of_a_request_go_beside_those_of_the_login() -> None:
    preparation = Preparation(Request(headers={"Cookie": "a=1"}), {"cookie": "session=2"})
    assert preparation.of(Filling(1)).headers == (("Cookie", "a=1; session=2"),)
