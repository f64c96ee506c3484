"""Which requests are struck depends on what was asked for, on their number, and on the seed."""

import random
from functools import partial
from typing import Any

import pytest

from tests.proxy.chance import chance
from windtunnel.protocols.http.message_heads import Message
from windtunnel.protocols.http.selection import RequestSelection
from windtunnel.toxics.toxic_kind import ExchangeTally


def selection(**attributes: Any) -> RequestSelection:  # noqa: ANN401 - any attribute
    return RequestSelection.of({**RequestSelection.defaults, **attributes})


def request(method: str = "GET", path: str = "/a", **headers: str) -> Message:
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Message(method=method, path=path, headers=pairs, headed=True)


def struck(chosen: RequestSelection, requests: int, seed: int = 0) -> list[int]:
    tally = ExchangeTally()
    return [
        number
        for number in range(1, requests + 1)
        if chosen.strikes(request(), tally, partial(chance, f"{seed} {number}"))
    ]


def test_by_default_every_request_is_struck() -> None:
    assert struck(selection(), 5) == [1, 2, 3, 4, 5]


def test_first_strikes_so_many_and_no_more() -> None:
    assert struck(selection(first=2), 5) == [1, 2]


def test_every_strikes_each_of_that_number() -> None:
    assert struck(selection(every=3), 9) == [3, 6, 9]


def test_first_counts_requests_and_not_strikes() -> None:
    assert struck(selection(first=4, every=2), 9) == [2, 4]


def test_a_probability_is_met_and_replayed_from_the_seed() -> None:
    found = struck(selection(probability=0.3), 2000, seed=1)
    # Five standard deviations of a binomial are 102.
    assert 498 <= len(found) <= 702
    assert found == struck(selection(probability=0.3), 2000, seed=1)
    assert found != struck(selection(probability=0.3), 2000, seed=2)


@pytest.mark.parametrize(("probability", "expected"), [(0.0, 0), (1.0, 50)])
def test_a_certain_probability_is_certain(probability: float, expected: int) -> None:
    assert len(struck(selection(probability=probability), 50)) == expected


@pytest.mark.parametrize(
    ("attributes", "matching"),
    [
        ({"method": "get"}, True),
        ({"method": "POST"}, False),
        ({"path": "/agents"}, True),
        ({"path": "/agents/1"}, True),
        ({"path": "/agents/2"}, False),
        ({"path": "agents"}, False),
        ({"header": "X-Tenant"}, True),
        ({"header": "x-tenant: blue"}, True),
        ({"header": "X-Tenant: Blue"}, False),
        ({"header": "X-Other"}, False),
    ],
)
def test_a_request_matches_by_method_path_and_header(
    attributes: dict[str, str], *, matching: bool
) -> None:
    asked = request("GET", "/agents/1?page=2", X_Tenant="blue")
    assert selection(**attributes).matches(asked) == matching


def test_a_whole_url_as_target_matches_by_its_path() -> None:
    asked = request("GET", "http://catalog:80/agents?page=2")
    assert selection(path="/agents").matches(asked)
    assert not selection(path="/catalog").matches(asked)


def test_requests_that_do_not_match_are_not_counted() -> None:
    tally = ExchangeTally()
    chosen = selection(path="/a", first=1)
    assert not chosen.strikes(request(path="/b"), tally, chance)
    assert chosen.strikes(request(path="/a"), tally, chance)
    assert tally.matched == 1


@pytest.mark.parametrize(
    ("attributes", "mistake"),
    [
        ({"first": -1}, "first must not be negative"),
        ({"every": 0}, "every must be 1 or more"),
        ({"probability": 1.1}, "probability must be from 0 to 1"),
        ({}, ""),
    ],
)
def test_a_mistake_is_named(attributes: dict[str, Any], mistake: str) -> None:
    assert selection(**attributes).mistake == mistake


def test_nothing_is_drawn_where_nothing_hangs_on_it() -> None:
    def draw() -> random.Random:
        raise AssertionError("drawn")

    assert selection().strikes(request(), ExchangeTally(), draw)
    assert not selection(every=2, probability=0.5).strikes(request(), ExchangeTally(), draw)
