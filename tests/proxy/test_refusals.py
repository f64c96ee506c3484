"""Refused connections are counted: each SYN where that is allowed, else an upper bound."""

import asyncio
import os
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from windtunnel.proxy.refusals import as_record, count_refusals
from windtunnel.proxy.refusals.counting_method import NotCounting, RefusalCounting
from windtunnel.proxy.refusals.kernel_counters import KernelCounterCounting, read_failed_connects
from windtunnel.proxy.refusals.syn_packets import (
    SO_TIMESTAMPNS,
    PacketCounting,
    _identity,
    stamping,
)
from windtunnel.records import Certainty


def may_see_packets() -> bool:
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0).close()
    except OSError:
        return False
    return True


needs_packets = pytest.mark.skipif(not may_see_packets(), reason="needs CAP_NET_RAW")


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def body() -> None:
        async with asyncio.timeout(20):
            await main()

    asyncio.run(body())


@contextmanager
def closed_port(family: socket.AddressFamily = socket.AF_INET) -> Iterator[int]:
    """Give a port that is bound, so that nobody else gets it, and does not listen."""
    with socket.socket(family, socket.SOCK_STREAM) as bound:
        bound.bind(("::1" if family is socket.AF_INET6 else "127.0.0.1", 0))
        yield bound.getsockname()[1]


def refused(port: int, family: socket.AddressFamily = socket.AF_INET) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as client, pytest.raises(ConnectionRefusedError):
        client.connect(("::1" if family is socket.AF_INET6 else "127.0.0.1", port))


def packets_are_stamped() -> bool:
    """Whether the kernel stamps a packet when it comes, and not when it is read."""
    with stamping(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        sock.bind(("127.0.0.1", 0))
        sock.sendto(b"a", sock.getsockname())
        sent = time.time()
        time.sleep(0.06)
        _, ((_, _, stamp),), _, _ = sock.recvmsg(1, socket.CMSG_SPACE(16))
    seconds, nanoseconds = struct.unpack("@ll", stamp)
    return bool(seconds + nanoseconds / 1e9 < sent + 0.03)


async def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, f"waited 10 s for {what}"
        await asyncio.sleep(0.005)


@needs_packets
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_each_refused_attempt_is_seen_once_with_its_time(family: socket.AddressFamily) -> None:
    async def main() -> None:
        with closed_port(family) as port, closed_port(family) as other:
            counting = PacketCounting(port)
            before = time.monotonic()
            for _ in range(5):
                refused(port, family)
                refused(other, family)
            counting.stop()
            assert len(counting.times) == 5
            assert all(before - 0.05 <= at <= time.monotonic() for at in counting.times)
            assert list(counting.times) == sorted(counting.times)

    run(main)


@needs_packets
def test_an_attempt_that_is_read_late_has_the_time_at_which_it_came() -> None:
    """On a busy machine it would otherwise count for the next request, or for none."""

    async def main() -> None:
        with closed_port() as port:
            counting = PacketCounting(port)
            await until(packets_are_stamped, "the kernel to stamp packets")
            before = time.monotonic()
            refused(port)
            after = time.monotonic()
            time.sleep(0.3)  # noqa: ASYNC251 - the loop is held up on purpose
            counting.stop()
            (at,) = counting.times
            # Two clocks are compared, which are read one after the other.
            assert before - 0.05 <= at <= after + 0.05

    run(main)


@needs_packets
def test_attempts_are_read_while_they_come() -> None:
    async def main() -> None:
        with closed_port() as port:
            counting = PacketCounting(port)
            try:
                refused(port)
                await until(lambda: len(counting.times) == 1, "the attempt to be seen")
            finally:
                counting.stop()

    run(main)


@needs_packets
def test_more_attempts_than_can_be_kept_are_not_said_to_be_counted() -> None:
    async def main() -> None:
        with closed_port() as port:
            counting = PacketCounting(port, kept=3)
            for _ in range(3):
                refused(port)
            counting.read()
            assert counting.certainty is Certainty.PACKETS
            refused(port)
            record = as_record("catalog", counting, 0.0, None, 0)
            counting.stop()
            assert record.certainty is Certainty.NONE
            assert len(record.times) == 3

    run(main)


@needs_packets
def test_traffic_on_an_accepted_connection_is_no_attempt() -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port)) as client:
                accepted, _ = server.accept()
                counting = PacketCounting(port)
                client.sendall(b"data")
                assert accepted.recv(10) == b"data"
                accepted.close()
            counting.stop()
            assert counting.times == ()

    run(main)


def test_counters_bound_the_refusals_from_above() -> None:
    async def main() -> None:
        failures = [100]
        counting = KernelCounterCounting(lambda: failures[0])
        failures[0] = 103
        counting.read()
        counting.stop()
        assert counting.samples[0][1] == 0
        assert counting.samples[-1][1] == 3
        assert counting.times == ()

    run(main)


def test_equal_readings_are_kept_as_their_first_and_last() -> None:
    async def main() -> None:
        failures = [0]
        counting = KernelCounterCounting(lambda: failures[0])
        for _ in range(50):
            counting.read()
        failures[0] = 1
        for _ in range(50):
            counting.read()
        counting.stop()
        assert [count for _, count in counting.samples] == [0, 0, 1, 1]
        times = [at for at, _ in counting.samples]
        assert times == sorted(times)

    run(main)


def test_counters_are_read_by_themselves() -> None:
    async def main() -> None:
        failures = [0]
        counting = KernelCounterCounting(lambda: failures[0])
        failures[0] = 7
        try:
            await until(lambda: counting.samples[-1][1] == 7, "a reading of the counters")
        finally:
            counting.stop()

    run(main)


@pytest.mark.skipif(not os.path.exists("/proc/net/snmp"), reason="needs Linux's /proc/net/snmp")  # noqa: PTH110 - a mark
def test_the_kernels_counters_move_with_each_refusal() -> None:
    with closed_port() as port:
        before = read_failed_connects()
        for _ in range(3):
            refused(port)
        assert read_failed_connects() - before >= 3


def test_what_may_not_be_counted_is_said_to_be_unknown() -> None:
    record = as_record("catalog", NotCounting(), 1.0, 2.0, 0)
    assert record.certainty is Certainty.NONE
    assert not record.times
    assert not record.samples


def test_a_record_holds_only_the_attempts_of_its_outage() -> None:
    class Fixed(NotCounting):
        times = (0.5, 1.5, 2.5)

    assert as_record("catalog", Fixed(), 1.0, 2.0, 3).times == (1.5,)
    assert as_record("catalog", Fixed(), 1.0, None, 3).times == (1.5, 2.5)
    assert as_record("catalog", Fixed(), 1.0, None, 3).cut == 3


@pytest.mark.parametrize(
    ("how", "certainty"), [("counters", Certainty.COUNTERS), ("none", Certainty.NONE)]
)
def test_a_way_to_count_can_be_insisted_on(how: str, certainty: Certainty) -> None:
    async def main() -> None:
        counting: RefusalCounting = count_refusals(1, how)
        counting.stop()
        assert counting.certainty is certainty

    run(main)


def test_the_most_exact_way_that_is_allowed_is_taken() -> None:
    async def main() -> None:
        counting = count_refusals(1, "auto")
        counting.stop()
        wanted = Certainty.PACKETS if may_see_packets() else Certainty.COUNTERS
        assert counting.certainty is wanted

    run(main)


@pytest.mark.parametrize(
    ("first", "length", "own"),
    [
        (0x60, 60, (*range(8, 24), 40, 41, *range(44, 48))),
        (0x45, 40, (*range(12, 16), 20, 21, *range(24, 28))),
        # With options, the header is longer.
        (0x46, 44, (*range(12, 16), 24, 25, *range(28, 32))),
    ],
)
def test_an_attempt_is_known_by_all_of_its_address_port_and_sequence_number(
    first: int, length: int, own: Sequence[int]
) -> None:
    """So its retransmissions are no attempts, and two hosts' attempts are two."""
    packet = bytes([first, *range(1, length)])
    changed = [
        place
        for place in range(1, length)
        if _identity(packet[:place] + b"\xff" + packet[place + 1 :]) != _identity(packet)
    ]
    assert changed == list(own)
