"""What the configuration names is read of requests; what cannot be read is said to be unread."""

import json
from typing import Any

import pytest

from windtunnel.protocols.exchanges import Pending
from windtunnel.protocols.http.exchanges import HttpExchanges
from windtunnel.protocols.http.field_reader import BODY_LIMIT
from windtunnel.protocols.request_fields import RequestFields
from windtunnel.records import ExchangeOutcome, FieldState, RecordedField, field_name
from windtunnel.records.field_values import CLEAR_KEPT, digest, in_clear

KEY = "a key of the run's own"
HEADER, JSON = "header:idempotency-key", "json:order.id"


def read(
    *requests: bytes,
    clear: bool = True,
    size: int = 10_000,
    names: tuple[str, ...] = (HEADER, JSON),
) -> list[dict[str, RecordedField]]:
    """Return the fields of each request that is answered, whatever it is cut into."""
    exchanges = HttpExchanges()
    wanted = RequestFields((), names, KEY) if clear else RequestFields(names, (), KEY)
    exchanges.record(wanted)
    found: list[dict[str, RecordedField]] = []

    def done(pending: Pending, outcome: ExchangeOutcome, status: str, now: float) -> None:
        found.append({each.name: each for each in pending.fields})

    exchanges.done = done
    data = b"".join(requests)
    for start in range(0, len(data), size):
        exchanges.received(data[start : start + size], 1.0)
    exchanges.answered(b"HTTP/1.1 204 No\r\n\r\n" * len(requests), 2.0)
    exchanges.end(3.0)
    return found


def post(value: Any, *headers: str) -> bytes:  # noqa: ANN401 - any JSON
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    lines = ["POST /pay HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(body: bytes) -> bytes:
    head = b"POST /pay HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    middle = len(body) // 2
    pieces = [part for part in (body[:middle], body[middle:]) if part]
    return head + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_headers_and_fields_of_json_are_read_however_they_arrive(size: int) -> None:
    first = post({"order": {"id": 7}}, "idempotency-KEY: one")
    second = chunked(b'{"order": {"id": "7"}}')
    assert [
        {name: (each.state, each.value) for name, each in fields.items()}
        for fields in read(first, second, first, size=size)
    ] == [
        {HEADER: (FieldState.PRESENT, "one"), JSON: (FieldState.PRESENT, "7")},
        {HEADER: (FieldState.ABSENT, ""), JSON: (FieldState.PRESENT, "7")},
        {HEADER: (FieldState.PRESENT, "one"), JSON: (FieldState.PRESENT, "7")},
    ]


@pytest.mark.parametrize(
    ("request_bytes", "state"),
    [
        (post({"order": {}}), FieldState.ABSENT),
        (post({"order": {"id": None}}), FieldState.ABSENT),
        (post({"order": [1]}), FieldState.ABSENT),
        (post([]), FieldState.ABSENT),
        (b"GET /pay HTTP/1.1\r\nHost: x\r\n\r\n", FieldState.ABSENT),
        (post(b"order=7"), FieldState.UNREAD),
        (post(b"\xff\xfe\x00"), FieldState.UNREAD),
        (post(b"[" * 50_000), FieldState.UNREAD),
        (post(b"1" * 5000), FieldState.UNREAD),
        (post({"order": {"id": 7}}, "Content-Encoding: gzip"), FieldState.UNREAD),
        (post({"order": {"id": 7}, "x": "y" * BODY_LIMIT}), FieldState.UNREAD),
        (chunked(b'{"order": {"id": 7}, "x": "' + b"y" * BODY_LIMIT + b'"}'), FieldState.UNREAD),
        (post({"order": {"id": 7}})[:-1], FieldState.UNREAD),
    ],
)
def test_what_is_not_there_is_absent_and_what_cannot_be_read_unread(
    request_bytes: bytes, state: FieldState
) -> None:
    for size in (10, 100_000):
        (fields,) = read(request_bytes, size=size)
        assert fields[JSON].state is state


def test_a_field_of_a_list_is_named_by_its_place() -> None:
    (fields,) = read(post({"lines": [{"id": "a"}, {"id": "b"}]}), names=("json:lines.1.id",))
    assert fields["json:lines.1.id"].value == "b"


def test_a_digest_says_only_whether_two_texts_are_equal_in_one_run() -> None:
    one, same, other = read(
        *(post({}, f"Idempotency-Key: {text}") for text in ("one", "one", "other")), clear=False
    )
    assert one[HEADER] == same[HEADER] != other[HEADER]
    assert "one" not in one[HEADER].value
    assert one[HEADER].value == digest("one", KEY) != digest("one", "the key of another run")


def test_a_long_text_in_clear_is_cut_and_stays_another_than_one_that_begins_alike() -> None:
    long = "x" * 3 * CLEAR_KEPT
    one, other = read(post({"order": {"id": long}}), post({"order": {"id": f"{long}y"}}))
    assert one[JSON].value != other[JSON].value
    assert len(one[JSON].value) < 2 * CLEAR_KEPT


@pytest.mark.parametrize(
    "value", [{"name": "ann", "password": "hunter22"}, ["hunter22"], ' {"password": "hunter22"}']
)
def test_of_what_holds_more_values_there_is_only_a_digest(value: object) -> None:
    one, same, other = read(
        *(post({"order": {"id": each}}) for each in (value, value, {"name": "bob"}))
    )
    assert one[JSON] == same[JSON] != other[JSON]
    assert "hunter22" not in one[JSON].value
    told = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    assert one[JSON].value == in_clear(told, KEY)  # what answers tell is compared by


def test_half_of_a_surrogate_pair_is_a_text_like_any_other() -> None:
    body = b'{"order": {"id": "\\ud800"}}'
    for clear in (True, False):
        (fields,) = read(post(body), clear=clear)
        assert fields[JSON].state is FieldState.PRESENT
        assert fields[JSON].value.encode()


@pytest.mark.parametrize(
    "name", ["header:", "header:a b", "json:", "json:a..b", "cookie:x", "x", 7]
)
def test_what_names_no_field_is_refused(name: object) -> None:
    with pytest.raises(ValueError, match="expected a field"):
        field_name(name)


def test_the_name_of_a_header_has_no_case_and_that_of_a_json_field_has() -> None:
    assert field_name("header:Idempotency-Key") == HEADER
    assert field_name("json:Order.Id") == "json:Order.Id"
