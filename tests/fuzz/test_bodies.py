"""A body that asks for something is taken or refused with a text, and never fails."""

import json
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.http_traffic import damaged
from windtunnel.proxy.api_errors import ApiError
from windtunnel.proxy.request_bodies import ProxyBody, ToxicBody, ToxicChange, attributes, parse
from windtunnel.proxy.request_bodies import proxies as populated
from windtunnel.proxy.toxic_catalog import KINDS

FIELDS = (
    *("name", "listen", "upstream", "enabled", "protocol", "lease"),
    *("type", "stream", "toxicity", "attributes"),
)
NUMBERS = st.integers() | st.integers(2**63 - 2, 2**63 + 1) | st.floats() | st.integers(0, 5)
TEXTS = st.text(max_size=12) | st.sampled_from(
    ["p", "", "127.0.0.1:0", "[::1]:80", ":99999", "upstream", "DOWNSTREAM", "http", *KINDS]
)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
KEYS = st.sampled_from([*FIELDS, *KINDS["http_status"].defaults, "latency", "rate", "timeout"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXTS, inner, max_size=6),
    max_leaves=12,
)
BODIES = VALUES.map(lambda value: json.dumps(value).encode())
"""JSON, and what only Python takes for it: NaN and the infinities."""


def _changed(value: object) -> None:
    change = ToxicChange.of(value)
    for kind in KINDS.values():
        attributes(kind, kind.defaults, change.attributes)


def _toxic(value: object) -> None:
    body = ToxicBody.of(value)
    merged = attributes(body.kind, body.kind.defaults, body.attributes)
    assert set(merged) == set(body.kind.defaults)
    for name, default in body.kind.defaults.items():
        assert isinstance(
            merged[name], (int, float) if isinstance(default, float) else type(default)
        )


TAKERS: tuple[Callable[[object], object], ...] = (ProxyBody.of, _toxic, _changed, populated)


def taken_or_refused(body: bytes) -> None:
    for take in TAKERS:
        status, text = _refusal(take, body)
        assert (status, text) == (0, "") or (400 <= status <= 599 and text)
        # It is sent as JSON in UTF-8.
        json.dumps(text).encode()


def _refusal(take: Callable[[object], object], body: bytes) -> tuple[int, str]:
    try:
        take(parse(body))
    except ApiError as error:
        return error.status, str(error)
    return 0, ""


@given(BODIES)
def test_any_json_is_taken_or_refused(body: bytes) -> None:
    taken_or_refused(body)


@given(st.binary(max_size=200) | BODIES.flatmap(damaged))
def test_any_bytes_are_taken_or_refused(body: bytes) -> None:
    taken_or_refused(body)
