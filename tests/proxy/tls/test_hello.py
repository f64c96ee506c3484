"""A ClientHello is read as it comes, whole or in pieces, and nothing that comes instead harms."""

import ssl

import pytest

from tests.proxy.chance import chance
from tests.proxy.tls.ends import greeting
from windtunnel.proxy.tls.client_hello import LIMIT, HelloReader, NotTls, peeking

CONTEXT = peeking()


def read(data: bytes, size: int) -> str | None:
    reader = HelloReader(CONTEXT)
    name = None
    for start in range(0, len(data), size):
        assert name is None, "it was taken for whole before its end"
        name = reader.feed(data[start : start + size])
    assert reader.data == data
    return name


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_the_server_name_is_known_when_the_hello_is_whole_and_not_before(size: int) -> None:
    assert read(greeting("catalog.example"), size) == "catalog.example"


def test_a_hello_in_several_records_is_one() -> None:
    hello = greeting("catalog.example")[5:]
    pieces = [hello[start : start + 50] for start in range(0, len(hello), 50)]
    records = b"".join(b"\x16\x03\x01" + len(each).to_bytes(2) + each for each in pieces)
    assert read(records, 10_000) == "catalog.example"


def test_a_hello_that_names_nobody_is_whole_all_the_same() -> None:
    assert read(greeting(None), 10_000) == ""


def test_a_name_is_the_same_in_any_case_and_with_its_last_dot() -> None:
    hello = greeting("catalog.example").replace(b"catalog.example", b"CATALOG.exampl.")
    assert read(hello, 10_000) == "catalog.exampl"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_every_version_of_the_day_is_read(version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context()
    context.minimum_version = context.maximum_version = version
    assert read(greeting("catalog.example", context), 10_000) == "catalog.example"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GET / HTTP/1.1\r\nHost: catalog\r\n\r\n", "it is an HTTP request without TLS"),
        (b"*1\r\n$4\r\nPING\r\n", "it is not TLS"),
        (bytes(64), "it is not TLS"),
    ],
)
def test_what_is_no_tls_is_told_as_what_it_is(data: bytes, why: str) -> None:
    with pytest.raises(NotTls, match=why):
        read(data, 10_000)


def test_a_hello_without_an_end_is_given_up() -> None:
    begun = b"\x16\x03\x01\x40\x00\x01\x01\x00\x00" + bytes(2**14 - 4)
    reader = HelloReader(CONTEXT)
    assert reader.feed(begun) is None
    with pytest.raises(NotTls, match="no ClientHello in its first"):
        reader.feed(begun * (LIMIT // len(begun)))


# A name that is not ASCII is told on standard error, by CPython, before it is refused.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_damaged_hellos_are_read_or_refused() -> None:
    draw = chance(6)
    hello = greeting("catalog.example")
    refused = 0
    for _ in range(3000):
        damaged = bytearray(hello)
        for _ in range(draw.randint(1, 4)):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        cut = draw.choice([len(damaged), draw.randrange(len(damaged))])
        try:
            HelloReader(CONTEXT).feed(bytes(damaged[:cut]))
        except NotTls:
            refused += 1
    assert refused > 100
