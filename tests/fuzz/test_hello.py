"""A ClientHello is read or refused, however it is damaged, and the same however it is cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.http_traffic import damaged
from tests.proxy.tls.ends import greeting
from windtunnel.proxy.tls.client_hello import HelloReader, NotTls, peeking

CONTEXT = peeking()
HELLOS = [greeting("catalog.example"), greeting("a.b"), greeting(None)]


def read(data: bytes, cuts: list[int]) -> str | None:
    """Return the server's name, "refused", or None while more is needed."""
    reader = HelloReader(CONTEXT)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(places):
        try:
            name = reader.feed(data[start:end])
        except NotTls:
            return "refused"
        if name is not None:
            return name
    return None


# A name that is not ASCII is told on standard error, by CPython, before it is refused.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@given(
    data=st.sampled_from(HELLOS).flatmap(damaged) | st.binary(max_size=200),
    cuts=st.lists(st.integers(0, 2000), max_size=6),
)
def test_a_hello_is_read_or_refused_the_same_however_it_is_cut(
    data: bytes, cuts: list[int]
) -> None:
    assert read(data, cuts) == read(data, [])
