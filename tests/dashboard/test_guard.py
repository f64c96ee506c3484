"""A page on the web can neither read the dashboard nor inject a fault through a browser."""

import pytest

from windtunnel.dashboard.guard import HEADERS, RequestRefused, check

OWN = ("Host", "127.0.0.1:8888")
KNOWN = "the-token-of-this-run"
TOKEN = ("X-Windtunnel-Token", KNOWN)


def refused(method: str, *headers: tuple[str, str]) -> str:
    try:
        check(method, headers, port=8888, token=KNOWN)
    except RequestRefused as reason:
        return str(reason)
    return ""


@pytest.mark.parametrize("host", ["127.0.0.1:8888", "localhost:8888", "LOCALHOST:8888"])
def test_our_own_hosts_may_read(host: str) -> None:
    assert refused("GET", ("Host", host)) == ""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8888",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:8889",
        "localhost.evil.example:8888",
        "127.0.0.1:8888.evil.example",
        "0.0.0.0:8888",
        "",
    ],
)
def test_a_rebound_name_may_not_even_read(host: str) -> None:
    """DNS rebinding: the name leads to 127.0.0.1, but the browser still sends it as the host."""
    assert "expected 127.0.0.1:8888 or localhost:8888" in refused("GET", ("Host", host))
    assert refused("POST", ("Host", host), TOKEN)


def test_a_request_needs_exactly_one_host() -> None:
    assert refused("GET")
    assert refused("GET", OWN, ("Host", "evil.example"))


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://127.0.0.1:8888",
        "http://127.0.0.1:3000",
        "http://127.0.0.1:8888.evil.example",
        "null",
        "127.0.0.1:8888",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_origin_is_refused_even_with_the_token(method: str, origin: str) -> None:
    assert "only this dashboard's own page" in refused(method, OWN, TOKEN, ("Origin", origin))


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_the_browser_calls_foreign_is_refused(site: str) -> None:
    assert "only this dashboard's own page" in refused("GET", OWN, ("Sec-Fetch-Site", site))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize(
    "shown",
    [(), (("X-Windtunnel-Token", "wrong"),), (("X-Windtunnel-Token", ""),), (TOKEN, TOKEN)],
)
def test_changing_something_needs_the_token(
    method: str, shown: tuple[tuple[str, str], ...]
) -> None:
    """CSRF: a foreign form can be sent, but cannot carry a header that it does not know."""
    assert "needs the token" in refused(method, OWN, *shown)


def test_our_own_page_and_our_own_commands_may_change_something() -> None:
    own_page = (("Origin", "http://localhost:8888"), ("Sec-Fetch-Site", "same-origin"))
    assert refused("POST", ("Host", "localhost:8888"), *own_page, TOKEN) == ""
    assert refused("DELETE", OWN, TOKEN) == ""


def test_the_page_may_load_nothing_from_elsewhere_and_run_nothing_inline() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert not {"unsafe", "http", "*", "data:"} & set(policy.replace("-", " ").split())
