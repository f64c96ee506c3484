"""An upstream's host and port are taken apart, and what is no address is refused in words."""

import pytest

from windtunnel.proxy.api_errors import ApiError
from windtunnel.proxy.request_bodies import address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.example:80", ("a.example", 80)),
        ("[::1]:65535", ("::1", 65535)),
        ("bücher.example:0", ("bücher.example", 0)),
        (":8080", ("", 8080)),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, found: tuple[str, int]) -> None:
    assert address("upstream", text) == found


@pytest.mark.parametrize(
    "text",
    [
        *("a", "a:", "a:b", "a:65536", "a:-1", "a:٣", f"a:{'1' * 5000}"),
        *("a b:80", " a:80", "a\tb:80", "a\n:80", "\x1b[2J:80", "\ud800:80", f"{'a' * 64}.b:80"),
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ApiError, match="upstream"):
        address("upstream", text)
