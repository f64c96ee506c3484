"""What becomes of traffic when a toxic is changed or goes."""

import socket
import threading

from tests.contracts.proxy.servers import LONG, Server, connect, echoed, ending, receive, silent


def test_removing_a_latency_releases_what_it_held(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        name = server.toxic("latency", latency=LONG)
        client.sendall(b"held")
        assert silent(client)
        server.call("DELETE", f"/proxies/p/toxics/{name}")
        assert receive(client, 4) == b"held"
        echoed(client, b"a")


def test_reset_releases_what_was_held(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        server.toxic("latency", latency=LONG)
        client.sendall(b"held")
        assert silent(client)
        server.call("POST", "/reset")
        assert receive(client, 4) == b"held"


def test_an_update_takes_effect_on_live_connections(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        name = server.toxic("latency", latency=LONG)
        client.sendall(b"held")
        assert silent(client)
        server.call("PATCH", f"/proxies/p/toxics/{name}", {"attributes": {"latency": 100}})
        assert receive(client, 4) == b"held"
        assert echoed(client, b"a") >= 0.1


def test_removing_a_slow_close_closes_at_once(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    name = server.toxic("slow_close", delay=LONG)
    with connect(port) as client:
        echoed(client, b"a")
        client.shutdown(socket.SHUT_WR)
        assert silent(client)
        server.call("DELETE", f"/proxies/p/toxics/{name}")
        assert ending(client) == "end"


def test_toxics_survive_a_restart_of_the_proxy(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    server.toxic("latency", latency=100)
    server.call("POST", "/proxies/p", {"enabled": False})
    server.call("POST", "/proxies/p", {"enabled": True})
    with connect(port) as client:
        assert echoed(client, b"a") >= 0.1


def test_concurrent_changes_leave_a_proxy_in_order(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    failures: list[str] = []

    def change(place: int) -> None:
        for turn in range(20):
            body = {"type": "latency", "name": f"t{place}", "attributes": {"latency": turn}}
            answers = [
                server.call("POST", "/proxies/p/toxics", body),
                server.call("PATCH", f"/proxies/p/toxics/t{place}", body),
                server.call("DELETE", f"/proxies/p/toxics/t{place}"),
            ]
            failures.extend(str(each.body) for each in answers if each.status >= 300)

    threads = [threading.Thread(target=change, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    with connect(port) as client:
        while any(thread.is_alive() for thread in threads):
            echoed(client, b"a")
    assert not failures
    assert server.call("GET", "/proxies/p/toxics").json == []
