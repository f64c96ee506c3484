"""Ends, half-ends and slow receivers are inside TLS what they are without it."""

import socket
import ssl
import time
from queue import Queue

import psutil
import pytest

from tests.contracts.proxy.servers import (
    DEADLINE,
    Server,
    connect,
    echoed,
    listening,
    receive,
)
from tests.proxy.tls.ends import TERMINATE, Half, secured, wire_ending

MEGABYTE = 2**20


def test_the_targets_end_goes_on_while_the_answer_still_comes(
    server: Server, trust: ssl.SSLContext
) -> None:
    seen: Queue[bytes] = Queue()

    def answer_after_the_end(client: socket.socket) -> None:
        with client:
            question = b""
            while data := client.recv(65536):
                question += data
            seen.put(question)
            client.sendall(b"an answer to all of it")

    with listening(answer_after_the_end) as upstream:
        port = server.proxy(upstream, tls=TERMINATE)
        with Half(port, trust) as client:
            client.send(b"a question")
            client.end()
            assert client.rest() == b"an answer to all of it"
            assert client.clean, "the answer's end could be a truncation"
        assert seen.get(timeout=DEADLINE) == b"a question"


def test_the_dependencys_end_goes_on_while_the_target_still_talks(
    server: Server, trust: ssl.SSLContext
) -> None:
    seen: Queue[bytes] = Queue()

    def end_first(client: socket.socket) -> None:
        with client:
            client.sendall(b"all that I say")
            client.shutdown(socket.SHUT_WR)
            seen.put(receive(client, 1000))

    with listening(end_first) as upstream:
        port = server.proxy(upstream, tls=TERMINATE)
        with Half(port, trust) as client:
            assert client.rest() == b"all that I say"
            assert client.clean
            client.send(b"and yet")
            client.end()
            assert seen.get(timeout=DEADLINE) == b"and yet"


def test_a_target_that_leaves_without_an_end_in_tls_is_gone_for_the_dependency(
    server: Server, trust: ssl.SSLContext
) -> None:
    seen: Queue[bytes] = Queue()

    def listen_to_the_end(client: socket.socket) -> None:
        with client:
            seen.put(receive(client, 1000))

    with listening(listen_to_the_end) as upstream:
        port = server.proxy(upstream, tls=TERMINATE)
        with secured(port, trust) as client:
            client.sendall(b"and gone")
            client.shutdown(socket.SHUT_WR)
            assert wire_ending(client) == "end"
        assert seen.get(timeout=DEADLINE) == b"and gone"


def test_a_reset_stays_a_reset(server: Server, echo: int, trust: ssl.SSLContext) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    with secured(port, trust) as client:
        assert echoed(client, b"x")
        server.toxic("reset_peer", "upstream")
        client.sendall(b"x")
        assert wire_ending(client) == "reset"


def test_records_that_were_damaged_on_the_way_end_the_connection(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    with secured(port, trust) as client:
        socket.socket.sendall(client, b"\x17\x03\x03\x00\x20" + bytes(32))
        assert wire_ending(client) == "reset"
    with secured(port, trust) as other:
        assert echoed(other, b"x")


def test_a_dependency_that_is_gone_resets_the_target_after_its_handshake(
    server: Server, trust: ssl.SSLContext
) -> None:
    port = server.proxy(1, tls=TERMINATE)
    with secured(port, trust) as client:
        assert wire_ending(client) == "reset"
    (connection,) = server.call("GET", "/proxies/p/evidence/records").json["connections"]
    assert not connection["reached"]
    assert connection["handshake"]["outcome"] == "completed"


def test_a_megabyte_each_way_arrives_whole(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    with secured(port, trust) as client:
        for _ in range(4):
            assert echoed(client, bytes(range(256)) * (MEGABYTE // 1024))
        server.toxic("slicer", average_size=1000, size_variation=500)
        server.toxic("latency", "upstream", latency=5)
        assert echoed(client, bytes(range(256)) * 200) >= 0.005


@pytest.mark.parametrize("slow", ["target", "dependency"])
def test_a_receiver_that_takes_nothing_holds_the_sender_back_and_not_the_memory(
    server: Server, trust: ssl.SSLContext, slow: str
) -> None:
    sent = [0]
    piece = bytes(MEGABYTE)

    def pour(into: socket.socket) -> None:
        into.settimeout(0.3)
        try:
            while sent[0] < 200 * MEGABYTE:
                sent[0] += into.send(piece)
        except OSError:
            return  # held back, as it should be

    def serve(client: socket.socket) -> None:
        if slow == "target":
            pour(client)
        while not done and client.fileno() >= 0:
            time.sleep(0.01)
        client.close()

    done: list[bool] = []
    before = psutil.Process(server.process.pid).memory_info().rss
    with listening(serve) as upstream:
        port = server.proxy(upstream, tls=TERMINATE)
        try:
            with secured(port, trust) as client:
                if slow == "dependency":
                    pour(client)
                deadline = time.monotonic() + DEADLINE
                seen = -1
                while seen != sent[0] or not sent[0]:
                    assert time.monotonic() < deadline, f"waited {DEADLINE} s for it to be held"
                    seen = sent[0]
                    time.sleep(0.35)
                grown = psutil.Process(server.process.pid).memory_info().rss - before
        finally:
            done.append(True)
    assert sent[0] < 64 * MEGABYTE
    assert grown < 64 * MEGABYTE


def test_a_stalled_connection_costs_no_time_of_the_processor(
    server: Server, echo: int, trust: ssl.SSLContext
) -> None:
    port = server.proxy(echo, tls=TERMINATE)
    process = psutil.Process(server.process.pid)
    with connect(port) as silent, Half(port, trust) as half:
        half.end()
        silent.sendall(b"\x16\x03\x01")
        before = sum(process.cpu_times()[:2])
        time.sleep(0.3)
        assert sum(process.cpu_times()[:2]) - before < 0.1
