"""The control port is for programs on this machine, or for those that know the token."""

import base64
import socket

import pytest

from tests.contracts.proxy.servers import OURS, Server


def status(server: Server, method: str = "GET", path: str = "/proxies", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.call(method, path, headers=named).status


def test_a_program_on_this_machine_may_come_in(server: Server) -> None:
    assert status(server) == 200
    assert status(server, User_Agent="curl/8.0") == 200


@pytest.mark.parametrize("agent", ["Mozilla/5.0 (X11)", "Mozilla/4.0"])
def test_a_browser_is_refused_by_its_name(server: Server, agent: str) -> None:
    assert status(server, User_Agent=agent) == 403


@pytest.mark.parametrize("path", ["/reset", "/proxies", "/populate", "/mark", "/heartbeat"])
def test_a_form_that_a_web_page_posts_is_refused(server: Server, path: str) -> None:
    """A browser sends Origin with every cross-site POST, whatever the page makes of the rest."""
    headers = {
        "Origin": "https://attacker.example",
        "Content_Type": "text/plain",
        "User_Agent": "nothing",
    }
    assert status(server, "POST", path, **headers) == 403
    assert status(server, "POST", path, Origin="null") == 403


def test_a_script_that_a_web_page_loads_is_refused(server: Server) -> None:
    assert status(server, Sec_Fetch_Site="cross-site") == 403
    assert status(server, Sec_Fetch_Site="same-origin") == 403


@pytest.mark.parametrize("host", ["attacker.example", "attacker.example:8474", "127.0.0.1.nip.io"])
def test_a_name_that_was_let_point_here_is_refused(server: Server, host: str) -> None:
    assert status(server, Host=host) == 403


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:8474", "127.1.2.3", "[::1]:5"]
)
def test_the_names_of_this_machine_are_taken(server: Server, host: str) -> None:
    assert status(server, Host=host) == 200


def test_a_refused_request_changes_nothing(server: Server) -> None:
    server.proxy(1)
    assert status(server, "DELETE", "/proxies/p", Origin="https://attacker.example") == 403
    assert server.call("GET", "/proxies/p").status == 200


def test_a_token_opens_as_bearer_or_as_password() -> None:
    server = Server(OURS, "--token", "secret")
    try:
        assert status(server) == 401
        assert status(server, Authorization="Bearer wrong") == 401
        assert status(server, Authorization="Digest secret") == 401
        assert status(server, Authorization="Basic !!!") == 401
        assert status(server, Authorization="Bearer secret") == 200
        basic = base64.b64encode(b"anybody:secret").decode()
        assert status(server, Authorization=f"Basic {basic}") == 200
        assert status(server, Authorization="Bearer secret", Origin="https://a.example") == 403
    finally:
        server.close()


def test_a_body_over_its_limit_is_refused(server: Server) -> None:
    body = b'{"name":"' + b"x" * 2**20 + b'"}'
    answer = server.call("POST", "/proxies", body)
    assert (answer.status, answer.json["error"]) == (413, "bad request body: over 1048576 bytes")


def test_a_client_that_sends_nothing_holds_up_nobody(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as silent:
        silent.sendall(b"POST /proxies HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n")
        assert status(server) == 200
