"""Sees each SYN to a port, by a packet socket (packet(7)), which needs CAP_NET_RAW."""

import asyncio
import ctypes
import socket
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from windtunnel.records import Certainty

ETH_P_ALL = 3
PACKET_HOST = 0
SO_ATTACH_FILTER = 26
SO_TIMESTAMPNS = 35
"""In Linux's asm-generic/socket.h, of which Python names neither."""
_TIMESPEC = struct.Struct("@ll")

READINGS = 3
"""Of both clocks, to compare them."""
KEPT = 100_000
"""Attempts of one outage that are recorded one by one; with more, their number is unknown."""


class PacketCounting:
    """Sees each SYN to a port. PermissionError without CAP_NET_RAW, OSError where not supported.

    Each has the time at which the kernel received it, where `stamping` is held: on a busy machine
    it is read so much later that it would seem to belong to another request.

    Beyond `kept` attempts it says that their number is unknown, rather than a wrong one.
    """

    def __init__(self, port: int, kept: int = KEPT) -> None:
        self.certainty = Certainty.PACKETS
        self._kept = kept
        self._times: list[float] = []
        self._seen: set[bytes] = set()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        try:
            self._socket.settimeout(0)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 2**20)
            self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            _attach(self._socket, _program(port))
            self._drain()
        except BaseException:
            self._socket.close()
            raise
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self.read)

    def __repr__(self) -> str:
        return f"<PacketCounting {len(self._times)} seen>"

    def _drain(self) -> None:
        """Drop what was queued before the filter was there."""
        while True:
            try:
                self._socket.recv(1)
            except BlockingIOError:
                return

    def read(self) -> None:
        """Take in the packets that wait."""
        ahead = _wall_ahead()  # the kernel stamps by the wall clock
        room = socket.CMSG_SPACE(_TIMESPEC.size)
        while True:
            try:
                packet, added, _, (_, _, kind, *_) = self._socket.recvmsg(128, room)
            except BlockingIOError:
                return
            # On loopback each packet is seen twice: as sent, and as received.
            if kind != PACKET_HOST:
                continue
            identity = _identity(packet)
            if identity in self._seen:
                continue  # a retransmission
            if len(self._seen) >= self._kept:
                self.certainty = Certainty.NONE
                continue
            self._seen.add(identity)
            self._times.append(min(_stamp(added) - ahead, time.monotonic()))

    def stop(self) -> None:
        """Read what is left and close."""
        self.read()
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    @property
    def times(self) -> tuple[float, ...]:
        """When each attempt arrived."""
        return tuple(self._times)

    @property
    def samples(self) -> tuple[tuple[float, int], ...]:
        """Nothing: the count is exact, or not known."""
        return ()


@contextmanager
def stamping() -> Iterator[None]:
    """Have the kernel stamp packets (socket(7), SO_TIMESTAMPNS) for as long as this is held.

    It begins a moment after some socket of the machine first asks for it. A packet that comes
    before is stamped when it is read; so this is to be held long before anything is counted.
    """
    with ExitStack() as held:
        if sys.platform == "linux":
            asking = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            asking.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        yield


def _wall_ahead() -> float:
    """Return by how much the wall clock is ahead of the monotonic one.

    Another program may run between two readings, so the closest of several pairs counts.
    """
    pairs = []
    for _ in range(READINGS):
        before, wall, after = time.monotonic(), time.time(), time.monotonic()
        pairs.append((after - before, wall - (before + after) / 2))
    return min(pairs)[1]


def _stamp(added: list[tuple[int, int, bytes]]) -> float:
    """Return the wall clock's time that came with a packet, or now where none did."""
    for level, kind, data in added:
        if (level, kind, len(data)) == (socket.SOL_SOCKET, SO_TIMESTAMPNS, _TIMESPEC.size):
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            return float(seconds) + float(nanoseconds) / 1e9
    return time.time()


def _identity(packet: bytes) -> bytes:
    """Return source address, source port and sequence number of a TCP packet from its IP header."""
    if packet[0] >> 4 == 4:
        start = (packet[0] & 0xF) * 4
        return packet[12:16] + packet[start : start + 2] + packet[start + 4 : start + 8]
    return packet[8:24] + packet[40:42] + packet[44:48]


def _program(port: int) -> list[tuple[int, int, int, int]]:
    """Return a classic BPF program: TCP, to `port`, SYN without ACK, over IPv4 or IPv6.

    Instructions are (code, jump if true, jump if false, operand); bpf(4) of FreeBSD has the codes.
    """
    load_byte, load_half, load_half_at_x, load_byte_at_x = 0x30, 0x28, 0x48, 0x50
    and_, equal, any_set, return_, header_length = 0x54, 0x15, 0x45, 0x06, 0xB1
    return [
        (load_byte, 0, 0, 0),
        (and_, 0, 0, 0xF0),
        (equal, 0, 10, 0x40),  # IPv4, else to the IPv6 part
        (load_byte, 0, 0, 9),
        (equal, 0, 17, socket.IPPROTO_TCP),
        (load_half, 0, 0, 6),
        (any_set, 15, 0, 0x1FFF),  # a later fragment has no TCP header
        (header_length, 0, 0, 0),
        (load_half_at_x, 0, 0, 2),
        (equal, 0, 12, port),
        (load_byte_at_x, 0, 0, 13),
        (and_, 0, 0, 0x12),
        (equal, 8, 9, 0x02),
        (equal, 0, 8, 0x60),  # IPv6
        (load_byte, 0, 0, 6),
        (equal, 0, 6, socket.IPPROTO_TCP),
        (load_half, 0, 0, 42),
        (equal, 0, 4, port),
        (load_byte, 0, 0, 53),
        (and_, 0, 0, 0x12),
        (equal, 0, 1, 0x02),
        (return_, 0, 0, 128),
        (return_, 0, 0, 0),
    ]


def _attach(sock: socket.socket, program: list[tuple[int, int, int, int]]) -> None:
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code)
    # struct sock_fprog: the number of instructions, and a pointer to them.
    sock.setsockopt(
        socket.SOL_SOCKET,
        SO_ATTACH_FILTER,
        struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer)),
    )
