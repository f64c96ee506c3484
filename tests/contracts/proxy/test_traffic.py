"""What each toxic does to traffic, and what becomes of it when the toxic goes.

Delays are asserted from below: a busy machine makes them longer, never shorter.
"""

import socket
import time
from contextlib import suppress

import pytest

from tests.contracts.proxy.servers import (
    Server,
    connect,
    echoed,
    ending,
    listening,
    receive,
    silent,
)
from windtunnel.ports import free_port

# Proxies.


def test_data_passes_both_ways(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        echoed(client, b"a")
        client.sendall(bytes(300_000))
        assert receive(client, 300_000) == bytes(300_000)


def test_a_disabled_proxy_refuses_new_connections_and_closes_live_ones(
    server: Server, echo: int
) -> None:
    port = server.proxy(echo)
    with connect(port) as client:
        echoed(client, b"a")
        server.call("POST", "/proxies/p", {"enabled": False})
        assert ending(client) == "end"
    with pytest.raises(ConnectionRefusedError):
        connect(port)
    server.call("POST", "/proxies/p", {"enabled": True})
    with connect(port) as client:
        echoed(client, b"a")


def test_a_deleted_proxy_closes_live_connections_and_refuses_new_ones(
    server: Server, echo: int
) -> None:
    port = server.proxy(echo)
    with connect(port) as client:
        echoed(client, b"a")
        server.call("DELETE", "/proxies/p")
        assert ending(client) == "end"
    with pytest.raises(ConnectionRefusedError):
        connect(port)


def test_an_update_that_changes_no_address_keeps_connections(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        echoed(client, b"a")
        server.call("POST", "/proxies/p", {"enabled": True, "upstream": f"127.0.0.1:{echo}"})
        echoed(client, b"b")


def test_a_moved_proxy_drops_connections_and_leads_elsewhere(server: Server, echo: int) -> None:
    port = server.proxy(free_port())
    server.call("POST", "/proxies/p", {"upstream": f"127.0.0.1:{echo}"})
    with connect(port) as client:
        echoed(client, b"a")
        server.call("POST", "/proxies/p", {"listen": f"127.0.0.1:{free_port()}"})
        assert ending(client) == "end"


def test_a_client_whose_dependency_refuses_is_ended(server: Server) -> None:
    try:
        with connect(server.proxy(free_port())) as client:
            found = ending(client)
    except ConnectionResetError:
        found = "reset"  # as early as in the client's own call to connect
    assert found == server.differs("dial failure", ours="reset", toxiproxy="end")


def test_the_end_of_one_direction(server: Server) -> None:
    """Ours keeps the other one open: the dependency can answer a client that has ended."""

    def answer_at_the_end(client: socket.socket) -> None:
        # Toxiproxy ends both directions at once, and the test may then be over before this is.
        with client, suppress(OSError):
            while client.recv(65536):
                pass
            client.sendall(b"late")

    with listening(answer_at_the_end) as port, connect(server.proxy(port)) as client:
        client.sendall(b"a")
        client.shutdown(socket.SHUT_WR)
        expected = server.differs("half-close", ours="b'late'", toxiproxy="end")
        assert ending(client) == expected


# Toxics.


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_latency_delays_data_in_its_direction(server: Server, echo: int, stream: str) -> None:
    with connect(server.proxy(echo)) as client:
        echoed(client, b"a")
        server.toxic("latency", stream, latency=150)
        assert echoed(client, b"b") >= 0.150


def test_latencies_in_both_directions_add_up(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        server.toxic("latency", "upstream", latency=80)
        server.toxic("latency", "downstream", latency=80)
        assert echoed(client, b"a") >= 0.160


def test_bandwidth_takes_as_long_as_the_bytes_need(server: Server, echo: int) -> None:
    server.proxy(echo)
    server.toxic("bandwidth", rate=100)
    with connect(int(server.call("GET", "/proxies/p").json["listen"].rpartition(":")[2])) as client:
        # The first tenth of a second's slice may pass at once.
        assert echoed(client, bytes(40_000)) >= 0.3


def test_a_bandwidth_of_zero_holds_data_until_it_goes(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        name = server.toxic("bandwidth", rate=0)
        client.sendall(b"held")
        assert silent(client)
        server.call("PATCH", f"/proxies/p/toxics/{name}", {"attributes": {"rate": 1000}})
        assert receive(client, 4) == b"held"


def test_slow_close_delays_the_end_and_not_the_data(server: Server, echo: int) -> None:
    server.proxy(echo)
    server.toxic("slow_close", delay=200)
    with connect(int(server.call("GET", "/proxies/p").json["listen"].rpartition(":")[2])) as client:
        client.sendall(b"a")
        assert receive(client, 1) == b"a"
        begun = time.monotonic()
        client.shutdown(socket.SHUT_WR)
        assert ending(client) == "end"
        assert time.monotonic() - begun >= 0.2


def test_a_timeout_swallows_data_and_closes_after_the_silence(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    server.toxic("timeout", timeout=200)
    with connect(port) as client:
        begun = time.monotonic()
        client.sendall(b"a")
        assert ending(client) == "end"
        assert time.monotonic() - begun >= 0.2


def test_a_timeout_of_zero_swallows_data_and_its_removal_closes(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        name = server.toxic("timeout", timeout=0)
        client.sendall(b"a")
        assert silent(client)
        server.call("DELETE", f"/proxies/p/toxics/{name}")
        assert ending(client) == "end"


def test_removing_a_timeout_that_spared_a_connection(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        name = server.toxic("timeout", timeout=0, toxicity=0.0)
        echoed(client, b"a")
        server.call("DELETE", f"/proxies/p/toxics/{name}")
        client.sendall(b"b")
        expected = server.differs("spared connections", ours="b'b'", toxiproxy="end")
        assert ending(client) == expected


def test_reset_peer_resets_a_new_connection(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    server.toxic("reset_peer", timeout=100)
    with connect(port) as client:
        begun = time.monotonic()
        client.sendall(b"a")
        assert ending(client) == "reset"
        assert time.monotonic() - begun >= 0.1


def test_reset_peer_on_a_connection_that_was_open_before(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        echoed(client, b"a")
        server.toxic("reset_peer", timeout=0)
        client.sendall(b"b")
        expected = server.differs("reset of old connections", ours="reset", toxiproxy="end")
        assert ending(client) == expected


def test_slicer_changes_no_byte(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        server.toxic("slicer", average_size=100, size_variation=50, delay=10)
        data = bytes(range(256)) * 20
        echoed(client, data)


def test_slicer_sends_slices_one_after_another(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        server.toxic("slicer", average_size=100, size_variation=0, delay=20_000)
        # 8 slices of 100 bytes, with 20 ms after each but the last.
        assert echoed(client, bytes(800)) >= 0.14


@pytest.mark.parametrize("limit", [0, 1, 5])
def test_limit_data_lets_exactly_its_bytes_through(server: Server, echo: int, limit: int) -> None:
    port = server.proxy(echo)
    server.toxic("limit_data", bytes=limit)
    with connect(port) as client:
        client.sendall(b"0123456789")
        assert receive(client, 10) == b"0123456789"[:limit]


def test_limit_data_counts_on_after_an_update(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    name = server.toxic("limit_data", bytes=100)
    with connect(port) as client:
        echoed(client, b"0123")
        server.call("PATCH", f"/proxies/p/toxics/{name}", {"attributes": {"bytes": 6}})
        client.sendall(b"456789")
        assert receive(client, 6) == b"45"


def test_noop_does_nothing(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        server.toxic("noop")
        echoed(client, b"a")


def test_toxics_of_one_direction_follow_one_another(server: Server, echo: int) -> None:
    with connect(server.proxy(echo)) as client:
        server.toxic("latency", latency=80)
        server.call(
            "POST",
            "/proxies/p/toxics",
            {
                "type": "latency",
                "name": "more",
                "attributes": {"latency": 80},
            },
        )
        assert echoed(client, b"a") >= 0.160


@pytest.mark.parametrize("toxicity", [0.0, 1.0])
def test_a_certain_toxicity_strikes_all_connections_or_none(
    server: Server, echo: int, toxicity: float
) -> None:
    port = server.proxy(echo)
    server.toxic("limit_data", bytes=0, toxicity=toxicity)
    for _ in range(5):
        with connect(port) as client:
            client.sendall(b"a")
            assert receive(client, 1) == (b"" if toxicity else b"a")


def test_half_a_toxicity_strikes_some_connections_and_spares_others(
    server: Server, echo: int
) -> None:
    port = server.proxy(echo)
    server.toxic("limit_data", bytes=0, toxicity=0.5)
    spared = 0
    for _ in range(60):
        with connect(port) as client:
            client.sendall(b"a")
            spared += receive(client, 1) == b"a"
    # Outside these bounds fewer than once in 10,000,000 runs (binomial, 60 at one half).
    assert 10 <= spared <= 50


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/proxies/p", {"enabled": False}),
        ("PATCH", "/proxies/p", {"listen": "127.0.0.1:0"}),
        ("PATCH", "/proxies/p", {"upstream": "127.0.0.1:2"}),
        ("DELETE", "/proxies/p", None),
    ],
)
def test_a_connection_that_was_made_just_before_is_closed_and_not_reset(
    server: Server, echo: int, method: str, path: str, body: object
) -> None:
    for _ in range(5):
        clients = []
        port = server.proxy(echo)
        try:
            clients = [connect(port) for _ in range(10)]
            assert server.call(method, path, body).status in {200, 204}
            found = {ending(client) for client in clients}
            assert found <= server.differs("queue", ours={"end"}, toxiproxy={"end", "reset"})
        finally:
            for client in clients:
                client.close()
        server.call("DELETE", "/proxies/p")


def test_a_slicer_that_varies_by_as_much_as_its_average_changes_no_byte(
    server: Server, echo: int
) -> None:
    with connect(server.proxy(echo)) as client:
        server.toxic("slicer", average_size=100, size_variation=100, delay=10)
        echoed(client, bytes(range(256)) * 20)
