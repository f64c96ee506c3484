"""/populate and /reset, as Toxiproxy has them."""

from typing import Any

import pytest

from tests.contracts.proxy.servers import NOWHERE, Answer, Server, created, error
from windtunnel.ports import free_port


def populated(server: Server, *proxies: dict[str, Any]) -> Answer:
    answer = server.call("POST", "/populate", list(proxies))
    assert answer.headers["content-type"] == "application/json"
    assert not answer.body.endswith(b"\n")
    return answer


def wanted(name: str, port: int, upstream: str = NOWHERE) -> dict[str, Any]:
    return {"name": name, "listen": f"127.0.0.1:{port}", "upstream": upstream}


def test_populate_creates_what_is_new(server: Server) -> None:
    answer = populated(server, wanted("a", free_port()), wanted("b", free_port()))
    assert answer.status == 201
    assert [proxy["name"] for proxy in answer.json["proxies"]] == ["a", "b"]
    assert all(proxy["enabled"] for proxy in answer.json["proxies"])
    assert set(server.call("GET", "/proxies").json) == {"a", "b"}


def test_populate_of_nothing_changes_nothing(server: Server) -> None:
    created(server, "a")
    answer = populated(server)
    assert (answer.status, answer.json) == (201, {"proxies": None})
    assert set(server.call("GET", "/proxies").json) == {"a"}


def test_populate_leaves_the_same_proxy_as_it_is(server: Server) -> None:
    port = free_port()
    populated(server, wanted("p", port))
    server.toxic("noop")
    same = {**wanted("p", port), "listen": f"localhost:{port}", "enabled": False}
    (proxy,) = populated(server, same).json["proxies"]
    assert proxy["enabled"] is True
    assert len(proxy["toxics"]) == 1


def test_populate_replaces_a_different_proxy_without_its_toxics(server: Server) -> None:
    port = free_port()
    populated(server, wanted("p", port))
    server.toxic("noop")
    (proxy,) = populated(server, wanted("p", port, "127.0.0.1:2")).json["proxies"]
    assert proxy["upstream"] == "127.0.0.1:2"
    assert proxy["toxics"] == []


@pytest.mark.parametrize(
    ("second", "text"),
    [
        ({"upstream": "x:1"}, "missing required field: name at proxy 2"),
        ({"name": "b"}, "missing required field: upstream at proxy 2"),
    ],
)
def test_populate_checks_all_before_it_creates_any(
    server: Server, second: dict[str, str], text: str
) -> None:
    answer = populated(server, wanted("a", free_port()), second)
    assert answer.status == 400
    codes = server.differs("error codes", ours={"code": "missing_field"}, toxiproxy={})
    assert answer.json == {"error": text, "status": 400, "proxies": None, **codes}
    assert server.call("GET", "/proxies").json == {}


def test_populate_stops_at_the_first_failure_and_keeps_what_there_is(server: Server) -> None:
    answer = populated(
        server, wanted("a", free_port()), wanted("b", server.port), wanted("c", free_port())
    )
    assert answer.status == 500
    assert answer.json["error"].endswith("bind: address already in use")
    assert [proxy["name"] for proxy in answer.json["proxies"]] == ["a"]
    assert set(server.call("GET", "/proxies").json) == {"a"}


@pytest.mark.parametrize("body", [b"", b"{}", b"1"])
def test_populate_refuses_what_is_no_array(server: Server, body: bytes) -> None:
    answer = server.call("POST", "/populate", body)
    assert answer.status == 400
    assert answer.json["error"].startswith("bad request body: ")
    assert answer.json["proxies"] is None


def test_reset_starts_what_is_stopped_and_removes_all_toxics(server: Server) -> None:
    created(server, "p")
    server.toxic("latency", latency=5)
    server.toxic("latency", "upstream", latency=5)
    before = server.call("PATCH", "/proxies/p", {"enabled": False}).json
    answer = server.call("POST", "/reset")
    assert (answer.status, answer.body) == (204, b"")
    after = server.call("GET", "/proxies/p").json
    assert after == {**before, "enabled": True, "toxics": []}


def test_a_reset_that_cannot_listen_is_the_systems_error(server: Server) -> None:
    port = created(server, "p").json["listen"]
    server.toxic("noop")
    server.call("PATCH", "/proxies/p", {"enabled": False})
    created(server, "thief", listen=port)
    status, text = error(server.call("POST", "/reset"))
    assert status == 500
    assert text == f"listen tcp {port}: bind: address already in use"
    toxics = server.call("GET", "/proxies/p/toxics").json
    assert len(toxics) == server.differs("failing reset", ours=0, toxiproxy=1)
