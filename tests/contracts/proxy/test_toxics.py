"""Every route, status and body of Toxiproxy's API on toxics."""

import pytest

from tests.contracts.proxy.servers import Server, created, error


def test_a_toxic_is_added_with_its_defaults(server: Server) -> None:
    created(server, "p")
    answer = server.call("POST", "/proxies/p/toxics", {"type": "latency"})
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {
        "attributes": {"latency": 0, "jitter": 0},
        "name": "latency_downstream",
        "type": "latency",
        "stream": "downstream",
        "toxicity": 1,
    }
    assert server.call("GET", "/proxies/p/toxics/latency_downstream").json == answer.json
    assert server.call("GET", "/proxies/p").json["toxics"] == [answer.json]


@pytest.mark.parametrize(
    ("kind", "given", "attributes"),
    [
        ("latency", {"latency": 5}, {"latency": 5, "jitter": 0}),
        ("bandwidth", None, {"rate": 0}),
        ("slow_close", {"delay": 7, "unknown": 1}, {"delay": 7}),
        ("timeout", {}, {"timeout": 0}),
        ("reset_peer", {"timeout": 3}, {"timeout": 3}),
        (
            "slicer",
            {"average_size": 10, "size_variation": 2},
            {"average_size": 10, "size_variation": 2, "delay": 0},
        ),
        ("limit_data", {"bytes": 9}, {"bytes": 9}),
        (
            "slicer",
            {"average_size": 10, "size_variation": 20},
            {"average_size": 10, "size_variation": 20, "delay": 0},
        ),
        ("latency", {"latency": None, "jitter": 3}, {"latency": 0, "jitter": 3}),
        ("latency", {"Latency": 7, "JITTER": 1}, {"latency": 7, "jitter": 1}),
        ("noop", {}, {}),
    ],
)
def test_every_type_of_toxic_has_its_attributes(
    server: Server, kind: str, given: dict[str, int] | None, attributes: dict[str, int]
) -> None:
    created(server, "p")
    answer = server.call("POST", "/proxies/p/toxics", {"type": kind, "attributes": given})
    assert answer.json["attributes"] == attributes


def test_names_of_fields_are_taken_in_any_case_and_the_last_counts(server: Server) -> None:
    created(server, "p")
    body = (
        b'{"Name":"a","TYPE":"latency","Stream":"upstream","TOXICITY":0.5,'
        b'"ATTRIBUTES":{"latency":1,"LATENCY":2,"latency":3,"Latency":null}}'
    )
    assert server.call("POST", "/proxies/p/toxics", body).json == {
        "attributes": {"latency": 3, "jitter": 0},
        "name": "a",
        "type": "latency",
        "stream": "upstream",
        "toxicity": 0.5,
    }
    change = {"Attributes": {"JITTER": 4}, "Toxicity": 1}
    answer = server.call("PATCH", "/proxies/p/toxics/a", change).json
    assert (answer["attributes"], answer["toxicity"]) == ({"latency": 3, "jitter": 4}, 1)


def test_null_leaves_a_toxic_as_it_is(server: Server) -> None:
    created(server, "p")
    name = server.toxic("latency", latency=5, jitter=3)
    for change in ({"attributes": {"latency": None}}, {"attributes": None, "toxicity": None}):
        answer = server.call("PATCH", f"/proxies/p/toxics/{name}", change)
        assert answer.status == 200
        assert answer.json["attributes"] == {"latency": 5, "jitter": 3}


def test_a_stream_is_taken_in_any_case_and_shown_as_it_was_written(server: Server) -> None:
    created(server, "p")
    answer = server.call("POST", "/proxies/p/toxics", {"type": "noop", "stream": "UpStream"})
    assert answer.json["stream"] == "UpStream"
    assert answer.json["name"] == "noop_UpStream"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "bad request body: EOF")),
        (
            b'{"type":"noop","stream":""}',
            (400, "stream was invalid, can be either upstream or downstream"),
        ),
        (
            b'{"type":"nope","stream":"sideways"}',
            (400, "stream was invalid, can be either upstream or downstream"),
        ),
        (b'{"type":"nope"}', (400, "invalid toxic type")),
        (b"{}", (400, "invalid toxic type")),
        (b'{"type":"noop","name":"taken"}', (409, "toxic already exists")),
        (b'{"type":"noop","name":"taken","stream":"upstream"}', (409, "toxic already exists")),
    ],
)
def test_a_bad_toxic_is_refused_with_its_reason(
    server: Server, body: bytes, expected: tuple[int, str]
) -> None:
    created(server, "p")
    server.call("POST", "/proxies/p/toxics", {"type": "noop", "name": "taken"})
    assert error(server.call("POST", "/proxies/p/toxics", body)) == expected


@pytest.mark.parametrize("value", [1.5, "5", True, [], {}])
def test_an_attribute_must_be_an_integer(server: Server, value: object) -> None:
    created(server, "p")
    body = {"type": "bandwidth", "attributes": {"rate": value}}
    status, text = error(server.call("POST", "/proxies/p/toxics", body))
    assert status == 400
    assert text.startswith("bad request body: ")
    assert server.call("GET", "/proxies/p/toxics").json == []


def test_toxics_are_listed_upstream_first_and_in_the_order_of_their_adding(server: Server) -> None:
    created(server, "p")
    assert server.call("GET", "/proxies/p/toxics").json == []
    for name, stream in [("d1", "downstream"), ("u1", "upstream"), ("d2", "downstream")]:
        body = {"type": "noop", "name": name, "stream": stream}
        server.call("POST", "/proxies/p/toxics", body)
    listed = server.call("GET", "/proxies/p/toxics").json
    assert [toxic["name"] for toxic in listed] == ["u1", "d1", "d2"]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_toxics_attributes_are_merged_and_its_name_and_stream_stay(
    server: Server, method: str
) -> None:
    created(server, "p")
    name = server.toxic("latency", latency=5, jitter=3)
    change = {"attributes": {"jitter": 1}, "toxicity": 0.5, "name": "new", "stream": "upstream"}
    answer = server.call(method, f"/proxies/p/toxics/{name}", change)
    assert answer.status == 200
    assert answer.json == {
        "attributes": {"latency": 5, "jitter": 1},
        "name": name,
        "type": "latency",
        "stream": "downstream",
        "toxicity": 0.5,
    }


def test_a_bad_update_of_a_toxic_is_refused(server: Server) -> None:
    created(server, "p")
    name = server.toxic("bandwidth", rate=5)
    for body in (b"", b"[]", b'{"attributes":{"rate":"fast"}}', b'{"toxicity":"high"}'):
        status, text = error(server.call("PATCH", f"/proxies/p/toxics/{name}", body))
        assert status == 400
        assert text.startswith("bad request body: ")
    assert server.call("GET", f"/proxies/p/toxics/{name}").json["attributes"] == {"rate": 5}


def test_a_removed_toxic_is_gone(server: Server) -> None:
    created(server, "p")
    name = server.toxic("noop")
    answer = server.call("DELETE", f"/proxies/p/toxics/{name}")
    assert (answer.status, answer.body) == (204, b"")
    assert server.call("GET", "/proxies/p/toxics").json == []


@pytest.mark.parametrize(
    ("difference", "kind", "attributes"),
    [
        ("negative", "bandwidth", {"rate": -1}),
        ("negative", "latency", {"jitter": -1}),
        ("negative", "slicer", {"average_size": 5, "size_variation": -1}),
        ("sizeless slicer", "slicer", {"average_size": 0}),
    ],
)
def test_attributes_that_would_end_the_process(
    server: Server, difference: str, kind: str, attributes: dict[str, int]
) -> None:
    """Toxiproxy takes them, and ends with the first data; so none is sent here."""
    created(server, "p")
    body = {"type": kind, "attributes": attributes}
    answer = server.call("POST", "/proxies/p/toxics", body)
    assert answer.status == server.differs(difference, ours=400, toxiproxy=200)
    if answer.status == 400:
        assert f"invalid attributes of {kind}: " in error(answer)[1]
