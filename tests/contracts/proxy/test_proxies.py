"""Every route, status and body of Toxiproxy's API on proxies."""

import json
from urllib.parse import quote

import pytest

from tests.contracts.proxy.servers import NOWHERE, Server, created, error
from windtunnel.ports import free_port


def test_the_version_is_that_of_the_api(server: Server) -> None:
    answer = server.call("GET", "/version")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.body.endswith(b"\n")
    version, _, build = answer.json["version"].partition("+")
    assert version == "2.12.0"
    assert bool(build) == server.differs("version", ours=True, toxiproxy=False)


def test_without_proxies_the_list_is_an_empty_object(server: Server) -> None:
    answer = server.call("GET", "/proxies")
    assert (answer.status, answer.json) == (200, {})
    assert answer.headers["content-type"] == "application/json"


def test_a_proxy_is_created_and_shown_with_its_bound_address(server: Server) -> None:
    answer = created(server, "a")
    assert answer.status == 201
    assert answer.headers["content-type"] == "application/json"
    proxy = answer.json
    host, _, port = proxy.pop("listen").rpartition(":")
    assert host == "127.0.0.1"
    assert int(port) > 0
    further = server.differs("protocol", ours={"protocol": "tcp"}, toxiproxy={})
    further |= server.differs("logger", ours={}, toxiproxy={"Logger": {}})
    assert proxy == {"name": "a", "upstream": NOWHERE, "enabled": True, "toxics": [], **further}
    assert server.call("GET", "/proxies/a").json == answer.json
    assert server.call("GET", "/proxies").json == {"a": answer.json}


def test_a_host_name_becomes_its_address(server: Server) -> None:
    assert created(server, "a", listen="localhost:0").json["listen"].startswith("127.0.0.1:")


def test_a_proxy_that_is_created_disabled_keeps_its_address_as_written(server: Server) -> None:
    port = free_port()
    answer = created(server, "a", listen=f"localhost:{port}", enabled=False)
    assert answer.json["listen"] == f"localhost:{port}"
    assert answer.json["enabled"] is False
    answer = server.call("POST", "/proxies/a", {"enabled": True})
    assert answer.json["listen"] == f"127.0.0.1:{port}"


def test_without_an_address_a_free_port_is_taken(server: Server) -> None:
    listen = created(server, "a", listen="").json["listen"]
    host = server.differs("empty listen", ours="127.0.0.1", toxiproxy="[::]")
    assert listen.rpartition(":")[0] == host


def test_toxics_and_unknown_keys_of_a_new_proxy_are_ignored(server: Server) -> None:
    answer = created(server, "a", toxics=[{"type": "latency"}], unknown=1)
    assert answer.status == 201
    assert answer.json["toxics"] == []


def test_only_the_first_json_value_counts_and_no_content_type_is_needed(server: Server) -> None:
    body = json.dumps({"name": "a", "listen": "127.0.0.1:0", "upstream": NOWHERE}) + " trailing"
    headers = {"Content-Type": "text/html"}
    assert server.call("POST", "/proxies", body.encode(), headers).status == 201


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "bad request body: EOF"),
        (b"  ", "bad request body: EOF"),
        (b"{", "bad request body: unexpected EOF"),
        (b"{}", "missing required field: name"),
        (b"null", "missing required field: name"),
        (b'{"name":"a"}', "missing required field: upstream"),
        (b'{"name":"","upstream":"x:1"}', "missing required field: name"),
    ],
)
def test_a_bad_body_is_refused_with_its_reason(server: Server, body: bytes, text: str) -> None:
    assert error(server.call("POST", "/proxies", body)) == (400, text)


@pytest.mark.parametrize(
    "body",
    [b"[]", b'"text"', b"1", b"}", b'{"name":1}', b'{"upstream":[]}', b'{"enabled":"yes"}'],
)
def test_a_body_of_the_wrong_type_is_refused(server: Server, body: bytes) -> None:
    status, text = error(server.call("POST", "/proxies", body))
    assert status == 400
    assert text.startswith("bad request body: ")
    go = "json: " in text or "invalid character" in text
    assert go == server.differs("decoder", ours=False, toxiproxy=True)


def test_an_upstream_that_cannot_be_one(server: Server) -> None:
    answer = created(server, "a", upstream="nonsense")
    assert answer.status == server.differs("upstream", ours=400, toxiproxy=201)


def test_a_name_can_be_taken_once(server: Server) -> None:
    created(server, "a")
    assert error(created(server, "a")) == (409, "proxy already exists")


def test_a_taken_port_is_the_systems_error_and_no_proxy_is_added(server: Server) -> None:
    listen = f"127.0.0.1:{server.port}"
    expected = f"listen tcp {listen}: bind: address already in use"
    assert error(created(server, "a", listen=listen)) == (500, expected)
    assert server.call("GET", "/proxies").json == {}


def test_an_address_without_a_port_is_the_systems_error(server: Server) -> None:
    expected = "listen tcp: address nonsense: missing port in address"
    assert error(created(server, "a", listen="nonsense")) == (500, expected)


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("GET", "/proxies/x", "proxy not found"),
        ("POST", "/proxies/x", "proxy not found"),
        ("PATCH", "/proxies/x", "proxy not found"),
        ("DELETE", "/proxies/x", "proxy not found"),
        ("GET", "/proxies/x/toxics", "proxy not found"),
        ("POST", "/proxies/x/toxics", "proxy not found"),
        ("GET", "/proxies/x/toxics/t", "proxy not found"),
        ("GET", "/proxies/p/toxics/t", "toxic not found"),
        ("POST", "/proxies/p/toxics/t", "toxic not found"),
        ("PATCH", "/proxies/p/toxics/t", "toxic not found"),
        ("DELETE", "/proxies/p/toxics/t", "toxic not found"),
    ],
)
def test_what_is_not_there_is_not_found(server: Server, method: str, path: str, text: str) -> None:
    created(server, "p")
    assert error(server.call(method, path, {})) == (404, text)


@pytest.mark.parametrize("path", ["/", "/nothing", "/proxies/", "/proxies/p/toxics/", "/metrics"])
def test_an_unknown_path_is_no_page(server: Server, path: str) -> None:
    answer = server.call("GET", path)
    assert (answer.status, answer.body) == (404, b"404 page not found\n")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/proxies"),
        ("DELETE", "/proxies"),
        ("OPTIONS", "/proxies"),
        ("HEAD", "/version"),
        ("GET", "/reset"),
        ("GET", "/populate"),
    ],
)
def test_a_wrong_method_is_not_allowed(server: Server, method: str, path: str) -> None:
    answer = server.call(method, path)
    assert (answer.status, answer.body) == (405, b"")


def test_browsers_are_refused(server: Server) -> None:
    answer = server.call("GET", "/proxies", headers={"User-Agent": "Mozilla/5.0"})
    assert (answer.status, answer.body) == (403, b"User agent not allowed\n")
    assert server.call("GET", "/proxies", headers={"User-Agent": "mozilla"}).status == 200


def test_each_request_gets_an_identity(server: Server) -> None:
    seen = {server.call("GET", "/version").headers["x-toxiproxy-request-id"] for _ in range(3)}
    assert len(seen) == 3


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_update_keeps_what_it_does_not_name(server: Server, method: str) -> None:
    before = created(server, "a").json
    assert server.call(method, "/proxies/a", {"name": "other"}).json == before
    after = server.call(method, "/proxies/a", {"enabled": False}).json
    assert after == {**before, "enabled": False}
    assert server.call(method, "/proxies/a", {"enabled": True}).json == before


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_update_moves_a_proxy_and_its_toxics_stay(server: Server, method: str) -> None:
    created(server, "p")
    server.toxic("latency", latency=1)
    port = free_port()
    change = {"listen": f"127.0.0.1:{port}", "upstream": "127.0.0.1:2"}
    after = server.call(method, "/proxies/p", change)
    assert after.status == 200
    assert after.json["listen"] == f"127.0.0.1:{port}"
    assert after.json["upstream"] == "127.0.0.1:2"
    assert after.json["enabled"] is True
    assert len(after.json["toxics"]) == 1


@pytest.mark.parametrize("body", [b"", b"{", b'{"enabled":1}', b"[]"])
def test_a_bad_update_is_refused_and_changes_nothing(server: Server, body: bytes) -> None:
    before = created(server, "a").json
    status, text = error(server.call("PATCH", "/proxies/a", body))
    assert status == 400
    assert text.startswith("bad request body: ")
    assert server.call("GET", "/proxies/a").json == before


def test_an_update_to_a_taken_port_is_the_systems_error(server: Server) -> None:
    created(server, "a")
    answer = server.call("PATCH", "/proxies/a", {"listen": f"127.0.0.1:{server.port}"})
    assert error(answer)[0] == 500
    assert server.call("GET", "/proxies/a").json["enabled"] is False


def test_a_deleted_proxy_is_gone(server: Server) -> None:
    created(server, "a")
    answer = server.call("DELETE", "/proxies/a")
    assert (answer.status, answer.body) == (204, b"")
    assert server.call("GET", "/proxies/a").status == 404


def test_names_of_fields_are_taken_in_any_case(server: Server) -> None:
    body = {"NAME": "a", "Listen": "127.0.0.1:0", "upStream": NOWHERE, "ENABLED": False}
    answer = server.call("POST", "/proxies", body)
    assert (answer.status, answer.json["enabled"]) == (201, False)
    assert server.call("PATCH", "/proxies/a", {"Upstream": "127.0.0.1:2"}).json["upstream"] == (
        "127.0.0.1:2"
    )
    wanted = [{"Name": "b", "UPSTREAM": NOWHERE, "Listen": "127.0.0.1:0"}]
    assert server.call("POST", "/populate", wanted).json["proxies"][0]["name"] == "b"


def test_null_in_an_update_changes_nothing(server: Server) -> None:
    before = created(server, "a").json
    change = {"enabled": None, "listen": None, "upstream": None}
    assert server.call("PATCH", "/proxies/a", change).json == before


def test_an_empty_address_in_an_update_is_a_free_port(server: Server) -> None:
    before = created(server, "a").json["listen"]
    after = server.call("PATCH", "/proxies/a", {"listen": ""}).json["listen"]
    host = server.differs("empty listen", ours="127.0.0.1", toxiproxy="[::]")
    assert after != before
    assert after.rpartition(":")[0] == host


def test_an_empty_upstream_in_an_update_is_none(server: Server) -> None:
    created(server, "a")
    answer = server.call("PATCH", "/proxies/a", {"upstream": ""})
    assert answer.status == server.differs("upstream", ours=400, toxiproxy=200)


@pytest.mark.parametrize("listen", ["[::1]:0", ":0", "localhost:0"])
def test_an_address_is_shown_as_go_writes_it(server: Server, listen: str) -> None:
    host = {"[::1]": "[::1]", "": "[::]", "localhost": "127.0.0.1"}[listen.rpartition(":")[0]]
    assert created(server, "a", listen=listen).json["listen"].rpartition(":")[0] == host


def test_a_bind_error_names_the_address_that_a_name_stands_for(server: Server) -> None:
    expected = f"listen tcp 127.0.0.1:{server.port}: bind: address already in use"
    assert error(created(server, "a", listen=f"localhost:{server.port}")) == (500, expected)
    created(server, "a")
    answer = server.call("PATCH", "/proxies/a", {"listen": f"localhost:{server.port}"})
    assert error(answer) == (500, expected)


def test_half_of_a_surrogate_pair_in_a_name(server: Server) -> None:
    body = b'{"name": "\\ud800", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1"}'
    answer = server.call("POST", "/proxies", body)
    assert answer.status == server.differs("surrogates", ours=400, toxiproxy=201)
    for name in server.call("GET", "/proxies").json:
        assert server.call("DELETE", f"/proxies/{quote(name)}").status == 204
