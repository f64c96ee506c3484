"""Measures exchanges over a network that delays packets, and through our proxy, side by side.

To be run in a network namespace of its own: `unshare --net python delayed_network.py MILLISECONDS`.
The delay is `tc netem` on loopback where the kernel has it. Where it has not, this program itself
delays the packets of a TUN device (tun(4)), which delays a handshake just as truly: each packet is
handed back to the kernel half a round trip later with its addresses exchanged, so that both ends of
a connection are here, and no checksum changes.

Prints JSON: what delayed, and per kind of exchange the seconds by either way.
"""

import fcntl
import heapq
import json
import os
import select
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from tests.contracts.proxy.servers import OURS, Server, echo_server

TUNSETIFF = 0x400454CA
IFF_TUN_WITHOUT_HEADER = 0x1001
HERE, BEYOND = "10.99.0.1", "10.99.0.2"
PAIRS = 11


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def netem(seconds: float) -> bool:
    """Delay loopback; False where this kernel cannot."""
    delay = f"{seconds * 1e6:.0f}us"
    command = ["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", delay]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def tunnel(seconds: float) -> None:
    """Let what is sent to BEYOND come back to HERE so much later."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"delayed", IFF_TUN_WITHOUT_HEADER))
    ip("addr", "add", f"{HERE}/24", "dev", "delayed")
    ip("link", "set", "delayed", "up")
    threading.Thread(target=forward, args=(tun, seconds), daemon=True).start()


def forward(tun: int, seconds: float) -> None:
    waiting: list[tuple[float, int, bytes]] = []
    number = 0
    while True:
        due = waiting[0][0] - time.monotonic() if waiting else None
        ready, _, _ = select.select([tun], [], [], None if due is None else max(0.0, due))
        if ready:
            packet = os.read(tun, 65536)
            if packet[0] >> 4 == 4:
                swapped = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
                heapq.heappush(waiting, (time.monotonic() + seconds, number, swapped))
                number += 1
        while waiting and waiting[0][0] <= time.monotonic():
            os.write(tun, heapq.heappop(waiting)[2])


def opened(host: str, port: int) -> socket.socket:
    client = socket.create_connection((host, port), timeout=10)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def exchange(client: socket.socket) -> None:
    client.sendall(b"a")
    assert client.recv(1) == b"a"


def timed(action: Callable[[], None]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def measure(ways: dict[str, tuple[str, int]]) -> dict[str, dict[str, float]]:
    """Return the lower quartile of the seconds of each kind of exchange by each way.

    They are taken in turns. What else runs on the machine only ever adds to them.
    """
    pooled = {way: opened(*address) for way, address in ways.items()}
    for client in pooled.values():
        exchange(client)
    found: dict[str, dict[str, list[float]]] = {
        kind: {way: [] for way in ways} for kind in ("new", "reused")
    }

    def new(address: tuple[str, int]) -> None:
        with opened(*address) as client:
            exchange(client)

    for _ in range(PAIRS):
        for way, address in ways.items():
            found["new"][way].append(timed(lambda address=address: new(address)))  # type: ignore[misc]
            found["reused"][way].append(timed(lambda way=way: exchange(pooled[way])))  # type: ignore[misc]
    for client in pooled.values():
        client.close()
    return {
        kind: {way: statistics.quantiles(times, n=4)[0] for way, times in by_way.items()}
        for kind, by_way in found.items()
    }


def main(milliseconds: int) -> None:
    round_trip = milliseconds / 1000
    ip("link", "set", "lo", "up")
    with echo_server() as port:
        server = Server(OURS)
        proxied = server.proxy(port)
        server.toxic("connect", "upstream", latency=milliseconds)
        server.toxic("latency", "upstream", latency=milliseconds)
        # What loopback delays would delay the proxy's own connections too: one after the other.
        through = measure({"proxy": ("127.0.0.1", proxied)})
        server.close()
        with socket.create_server((HERE if tunnelled(round_trip) else "127.0.0.1", 0)) as far:
            threading.Thread(target=echo, args=(far,), daemon=True).start()
            host = BEYOND if far.getsockname()[0] == HERE else "127.0.0.1"
            real = measure({"network": (host, far.getsockname()[1])})
    means = "tun" if host == BEYOND else "netem"
    print(json.dumps({"means": means, **{k: {**real[k], **through[k]} for k in real}}))


def tunnelled(round_trip: float) -> bool:
    """Delay loopback by netem or, where that is not there, make the tunnel and return True."""
    if netem(round_trip / 2):
        return False
    tunnel(round_trip / 2)
    return True


def echo(server: socket.socket) -> None:
    while True:
        client, _ = server.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=answer, args=(client,), daemon=True).start()


def answer(client: socket.socket) -> None:
    with client:
        while data := client.recv(65536):
            client.sendall(data)


if __name__ == "__main__":
    main(int(sys.argv[1]))
