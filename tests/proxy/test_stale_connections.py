"""`stale` on real connections: neither a handshake of several turns nor a request in pieces."""

import socket
from contextlib import suppress

import pytest

from tests.contracts.proxy.servers import DEADLINE, Server, connect, ending, listening, receive

HEAD = b"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize("protocol", ["tcp"])
def test_turns_of_a_handshake_that_is_not_read_are_no_reuse(
    server: Server, echo: int, protocol: str
) -> None:
    port = server.proxy(echo, protocol=protocol)
    server.toxic("stale", "upstream")
    with connect(port) as client:
        for turn in (b"startup", b"sasl", b"proof", b"query"):
            client.sendall(turn)
            assert receive(client, len(turn)) == turn


def test_an_idle_time_that_is_given_is_meant(server: Server, echo: int) -> None:
    port = server.proxy(echo, protocol="tcp")
    server.toxic("stale", "upstream", idle=1)
    with connect(port) as client:
        client.sendall(b"startup")
        assert receive(client, 7) == b"startup"
        client.settimeout(DEADLINE)
        # At the latest the pause that this takes is longer than a millisecond.
        while not struck(client):
            pass


def struck(client: socket.socket) -> bool:
    try:
        client.sendall(b"again")
        return client.recv(5) == b""
    except ConnectionResetError:
        return True


def test_a_request_in_pieces_passes_and_the_next_on_its_connection_does_not(server: Server) -> None:
    def serve(client: socket.socket) -> None:
        with suppress(ConnectionResetError):  # which is what the fault does, to both sides
            for awaited, said in ((HEAD, GO_ON), (b"body", ANSWER), (HEAD, GO_ON)):
                if receive(client, len(awaited)) != awaited:
                    return
                client.sendall(said)

    with listening(serve) as upstream:
        port = server.proxy(upstream, protocol="http")
        server.toxic("stale", "upstream")
        with connect(port) as client:
            client.sendall(HEAD)
            assert receive(client, len(GO_ON)) == GO_ON
            client.sendall(b"body")
            assert receive(client, len(ANSWER)) == ANSWER
            client.sendall(HEAD)
            assert ending(client) == "reset"


def test_a_connection_made_under_the_fault_is_set_up_and_used_once(server: Server) -> None:
    """Only one that was used and stayed idle is stale: a retry on a new one must get through."""
    hello, get, ok = (
        b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n",
        b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
        b"+OK\r\n",
    )

    def serve(client: socket.socket) -> None:
        with suppress(ConnectionResetError):
            for awaited in (hello, get, get):
                if receive(client, len(awaited)) != awaited:
                    return
                client.sendall(ok)

    with listening(serve) as upstream:
        port = server.proxy(upstream, protocol="redis")
        server.toxic("stale", "upstream")
        with connect(port) as client:
            for sent in (hello, get):
                client.sendall(sent)
                assert receive(client, len(ok)) == ok
            client.sendall(get)
            assert ending(client) == "reset"
