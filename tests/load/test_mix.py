"""A mix sends what it says, in the stated proportions, and refuses what no server could be sent."""

import itertools
from collections import Counter

import pytest

from windtunnel.errors import ConfigurationError
from windtunnel.load.mix import Mix, WeightedRequest
from windtunnel.records.request_failure import RequestFailure


def test_a_request_is_encoded_whole() -> None:
    request = WeightedRequest(method="POST", path="/a", headers={"X-A": "1"}, body='{"n": 1}')
    encoded = next(Mix((request,)).order("host:1", 0))
    assert encoded.wire == (
        b'POST /a HTTP/1.1\r\nhost: host:1\r\nX-A: 1\r\ncontent-length: 8\r\n\r\n{"n": 1}'
    )


def test_new_connections_are_asked_for_in_the_request() -> None:
    encoded = next(Mix((WeightedRequest(),)).order("h", 0, keep_alive=False))
    assert b"\r\nconnection: close\r\n" in encoded.wire


def test_requests_come_in_proportion_to_their_weights_and_replay_by_the_seed() -> None:
    mix = Mix((WeightedRequest(path="/a", weight=3), WeightedRequest(path="/b", weight=1)))

    def drawn(seed: int) -> list[int]:
        return [each.index for each in itertools.islice(mix.order("h", seed), 10_000)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    # Five standard deviations of a binomial count.
    assert Counter(drawn(1))[0] == pytest.approx(7500, abs=5 * (10_000 * 0.75 * 0.25) ** 0.5)


def test_data_fills_path_and_body_and_leaves_other_braces() -> None:
    rows = ({"id": "1"}, {"id": "2"})
    request = WeightedRequest(method="PUT", path="/items/{id}", body='{"id": "{id}"}', data=rows)
    wires = {each.wire for each in itertools.islice(Mix((request,)).order("h", 0), 100)}
    assert len(wires) == 2
    assert any(b"PUT /items/2 " in wire and b'{"id": "2"}' in wire for wire in wires)


def test_expected_statuses_decide_what_is_an_error() -> None:
    usual = next(Mix((WeightedRequest(),)).order("h", 0)).verdicts
    only = next(Mix((WeightedRequest(expect=(404,)),)).order("h", 0)).verdicts
    assert (usual[200], usual[404]) == (RequestFailure.NONE, RequestFailure.UNEXPECTED_STATUS)
    assert (only[200], only[404]) == (RequestFailure.UNEXPECTED_STATUS, RequestFailure.NONE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"path": "a"}, "expected one that starts with '/'"),
        ({"path": "/a b"}, "in ASCII without spaces"),
        ({"path": "/{id}"}, "expected data for its fields"),
        ({"method": "PSOT"}, "did you mean 'POST'"),
        ({"headers": {"a": "b\r\nc: d"}}, "expected one line"),
        ({"weight": 0}, "expected above zero"),
        ({"timeout": 0}, "expected seconds"),
        ({"expect": (99,)}, "expected 101 or 200 to 599"),
    ],
)
def test_what_no_server_could_be_sent_is_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        WeightedRequest(**arguments)  # type: ignore[arg-type]


def test_a_field_that_the_data_lacks_is_named() -> None:
    request = WeightedRequest(path="/{nmae}", data=({"name": "a"},))
    with pytest.raises(ConfigurationError, match="no field 'nmae'; did you mean 'name'"):
        next(Mix((request,)).order("h", 0))
