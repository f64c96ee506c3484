"""Changing or removing a toxic on a live connection undoes what it did, and nothing else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.contracts.proxy.servers import (
    DEADLINE,
    LONG,
    Server,
    connect,
    ending,
    listening,
    receive,
    silent,
)

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def change(server: Server, name: str, **fields: object) -> None:
    assert server.call("PATCH", f"/proxies/p/toxics/{name}", fields).status == 200


def remove(server: Server, name: str) -> None:
    assert server.call("DELETE", f"/proxies/p/toxics/{name}").status == 204


@contextmanager
def asking(
    server: Server, *, toxicity: float
) -> Iterator[tuple[socket.socket, str, threading.Event]]:
    """Give a client whose request is at the dependency, the toxic that is to delay its answer.

    The dependency answers once the event is set.
    """
    asked, go_on = threading.Event(), threading.Event()

    def serve(client: socket.socket) -> None:
        with client:
            receive(client, len(REQUEST))
            asked.set()
            go_on.wait(DEADLINE)
            client.sendall(ANSWER)

    with listening(serve) as port:
        listen = server.proxy(port)
        name = server.toxic("http_delay", latency=LONG, toxicity=toxicity)
        with connect(listen) as client:
            client.sendall(REQUEST)
            assert asked.wait(DEADLINE)
            yield client, name, go_on


def test_an_exchange_under_way_is_spared_by_a_toxicity_that_spares_its_connection(
    server: Server,
) -> None:
    with asking(server, toxicity=1.0) as (client, name, go_on):
        change(server, name, toxicity=0)
        go_on.set()
        assert receive(client, len(ANSWER)) == ANSWER


def test_an_exchange_under_way_is_let_go_with_a_toxic_whose_toxicity_was_changed(
    server: Server,
) -> None:
    with asking(server, toxicity=0.99999) as (client, name, go_on):
        change(server, name, toxicity=1)
        remove(server, name)
        go_on.set()
        assert receive(client, len(ANSWER)) == ANSWER


def test_removing_a_toxic_that_holds_nothing_leaves_what_another_one_holds(
    server: Server, echo: int
) -> None:
    listen = server.proxy(echo)
    late = server.toxic("latency", "upstream", latency=LONG)
    others = [
        server.toxic("reset_peer", "upstream", toxicity=0),
        server.toxic("reset_peer", "downstream"),
        server.toxic("slicer", "downstream", average_size=1),
        server.toxic("noop", "upstream"),
        server.toxic("stale", "upstream", idle=LONG),
        server.toxic("http_status", "upstream", path="/never"),
    ]
    with connect(listen) as client:
        client.sendall(b"held")
        for name in others:
            remove(server, name)
        assert silent(client)
        remove(server, late)
        assert receive(client, 4) == b"held"


def test_a_limit_counts_on_when_its_toxicity_changes_and_strikes_as_before(
    server: Server, echo: int
) -> None:
    listen = server.proxy(echo)
    name = server.toxic("limit_data", toxicity=0.99999, bytes=6)
    with connect(listen) as client:
        client.sendall(b"four")
        assert receive(client, 4) == b"four"
        change(server, name, toxicity=1)
        client.sendall(b"more")
        assert receive(client, 4) == b"mo"
        assert ending(client) == "end"


def test_bytes_held_for_a_whole_head_go_on_with_the_toxic_that_wanted_it(
    server: Server, echo: int
) -> None:
    listen = server.proxy(echo)
    status = server.toxic("http_status", "upstream", path="/never")
    with connect(listen) as client:
        client.sendall(b"GET")
        assert silent(client)
        remove(server, status)
        assert receive(client, 3) == b"GET"
        client.sendall(b" and no more")
        assert receive(client, 12) == b" and no more"
