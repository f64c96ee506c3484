"""A mix sends what it says, in the stated proportions, and refuses what no server could be sent."""

import itertools
import re
from collections import Counter
from urllib.parse import unquote

import pytest

from windtunnel.errors import ConfigurationError
from windtunnel.load.mix import Mix
from windtunnel.records.request_failure import RequestFailure
from windtunnel.requests.request_value import Request


def test_a_request_is_encoded_whole() -> None:
    request = Request(method="POST", path="/a", headers={"X-A": "1"}, body='{"n": 1}')
    encoded = next(Mix((request,)).order("host:1", 0))
    assert encoded.wire == (
        b'POST /a HTTP/1.1\r\nhost: host:1\r\nX-A: 1\r\ncontent-length: 8\r\n\r\n{"n": 1}'
    )


def test_new_connections_are_asked_for_in_the_request() -> None:
    encoded = next(Mix((Request(),)).order("h", 0, keep_alive=False))
    assert b"\r\nconnection: close\r\n" in encoded.wire


def test_requests_come_in_proportion_to_their_weights_and_replay_by_the_seed() -> None:
    mix = Mix((Request(path="/a", weight=3), Request(path="/b", weight=1)))

    def drawn(seed: int) -> list[int]:
        return [each.index for each in itertools.islice(mix.order("h", seed), 10_000)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    # Five standard deviations of a binomial count.
    assert Counter(drawn(1))[0] == pytest.approx(7500, abs=5 * (10_000 * 0.75 * 0.25) ** 0.5)


def test_data_fills_path_and_body_and_leaves_other_braces() -> None:
    rows = ({"id": "1"}, {"id": "2"})
    request = Request(method="PUT", path="/items/{id}", body='{"id": "{id}"}', data=rows)
    wires = {each.wire for each in itertools.islice(Mix((request,)).order("h", 0), 100)}
    assert len(wires) == 2
    assert any(b"PUT /items/2 " in wire and b'{"id": "2"}' in wire for wire in wires)


def test_users_of_several_workers_never_have_the_same_number() -> None:
    """Locust says how many users each worker gets: each takes a place of its own among many."""
    mix = Mix((Request(path="/orders/{n}"),))
    users = [worker * 65_536 + number for worker in (1, 2, 3) for number in (0, 1, 65_535)]
    paths = [
        each.path
        for user in users
        for each in itertools.islice(mix.order("h", 1, part=user, parts=2**32), 50)
    ]
    assert len(set(paths)) == len(paths) == 450


def test_expected_statuses_decide_what_is_an_error() -> None:
    usual = next(Mix((Request(),)).order("h", 0)).verdicts
    only = next(Mix((Request(expect=(404,)),)).order("h", 0)).verdicts
    assert (usual[200], usual[404]) == (RequestFailure.NONE, RequestFailure.UNEXPECTED_STATUS)
    assert (only[200], only[404]) == (RequestFailure.UNEXPECTED_STATUS, RequestFailure.NONE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"path": "a"}, "expected one that starts with '/'"),
        ({"path": "/a b"}, "in ASCII without spaces"),
        (
            {"path": "/{id}"},
            "unknown placeholder '{id}'; expected one of {n}, {int:1..9}, {uuid}, {env:NAME}",
        ),
        ({"method": "PSOT"}, "did you mean 'POST'"),
        ({"headers": {"a": "b\r\nc: d"}}, "expected one line"),
        ({"headers": {"a": "\u017elu\u0165"}}, "expected characters of Latin-1 only"),
        ({"headers": {"Transfer-Encoding": "chunked"}}, "expected none"),
        ({"body": "abc", "headers": {"Content-Length": "2"}}, "expected 3, the body's"),
        (
            {"body": "abc", "content": b"abc"},
            "expected one of json, form, body and content, found body and content",
        ),
        ({"weight": 0}, "expected above zero"),
        ({"timeout": 0}, "expected seconds"),
        ({"expect": (99,)}, "expected 101 or 200 to 599"),
    ],
)
def test_what_no_server_could_be_sent_is_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        Request(**arguments)  # type: ignore[arg-type]


def test_a_field_that_the_data_lacks_is_named() -> None:
    for wrong in ({"path": "/{nmae}"}, {"body": "{nmae}"}):
        with pytest.raises(ConfigurationError, match=r"nmae.*; did you mean 'name'"):
            Mix((Request(**wrong, data=({"name": "a"},)),)).order("h", 0)  # type: ignore[arg-type]


def wires(request: Request) -> set[bytes]:
    order = Mix((request,)).order("h", seed=1)
    return {next(order).wire for _ in range(200)}


def test_values_of_data_are_percent_encoded_into_the_path_and_raw_in_the_body() -> None:
    hard = (
        "Red Shoes",
        "\u017elu\u0165",
        "a&b=c",
        '"x#y"',
        "a/b?c",
        "100%",
        "x\r\nHost: evil\r\n\r\n",
    )
    request = Request(
        path="/search?q={word}",
        method="POST",
        body="{word}",
        data=tuple({"word": word} for word in hard),
    )
    found = wires(request)
    assert len(found) == len(hard)
    for wire in found:
        head, _, body = wire.partition(b"\r\n\r\n")
        line, *fields = head.split(b"\r\n")
        target = line.removeprefix(b"POST /search?q=").removesuffix(b" HTTP/1.1")
        assert unquote(target.decode("ascii")) == body.decode()
        assert not set(target) - set(ALLOWED)
        assert fields == [b"host: h", b"content-length: %d" % len(body)]


ALLOWED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%"
"""The unreserved characters of RFC 3986, and the sign that encodes all others."""


def test_a_value_that_looks_like_a_field_is_none() -> None:
    request = Request(path="/{a}", data=({"a": "{b}", "b": "c"},))
    assert wires(request) == {b"GET /%7Bb%7D HTTP/1.1\r\nhost: h\r\n\r\n"}


def test_a_header_comes_as_often_as_it_is_given_and_a_length_once() -> None:
    request = Request(
        method="POST",
        body="abc",
        headers=(("Accept", "a"), ("Accept", "b"), ("Content-Length", "3")),
    )
    [wire] = wires(request)
    assert wire.count(b"Accept: ") == 2
    assert wire.lower().count(b"content-length") == 1
    assert wire.endswith(b"\r\n\r\nabc")


def test_a_body_of_bytes_is_sent_as_it_is() -> None:
    content = bytes(range(256)) + b"\r\n"
    [wire] = wires(Request(method="PUT", content=content))
    assert wire.endswith(b"content-length: 258\r\n\r\n" + content)
