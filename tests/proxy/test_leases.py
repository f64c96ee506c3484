"""What is leased heals when its holder falls silent, and only then."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.proxy.servers import DEADLINE, Server, connect, receive
from windtunnel.ports import free_port
from windtunnel.proxy.leases import OVERSLEPT, LeaseTable
from windtunnel.proxy.proxy_registry import HEAL_AGAIN
from windtunnel.timers import TimerHandle, Timers


@pytest.fixture
def server(own_server: Server) -> Server:
    """Give a server of each test's own, because `/leases` tells of all that ever ran out."""
    return own_server


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"waited {DEADLINE} s for {what}"
        time.sleep(0.01)


def toxics(server: Server) -> list[str]:
    return [toxic["name"] for toxic in server.call("GET", "/proxies/p/toxics").json]


def leased(server: Server, seconds: float, name: str = "leased") -> None:
    body = {"type": "latency", "name": name, "lease": seconds, "attributes": {"latency": 1}}
    answer = server.call("POST", "/proxies/p/toxics", body)
    assert answer.status == 200
    assert answer.json["lease"] == seconds


def expired(server: Server) -> list[tuple[str, str]]:
    found = server.call("GET", "/leases").json["expired"]
    return [(lease["proxy"], lease["toxic"]) for lease in found]


def test_a_toxic_goes_when_its_lease_runs_out_and_others_stay(server: Server, echo: int) -> None:
    server.proxy(echo)
    server.toxic("noop")
    begun = time.monotonic()
    leased(server, 0.3)
    until(lambda: toxics(server) == ["noop_downstream"], "the lease to run out")
    assert time.monotonic() - begun >= 0.3
    assert expired(server) == [("p", "leased")]


def test_what_an_expired_toxic_held_is_released(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    body = {"type": "latency", "lease": 0.3, "attributes": {"latency": 60_000}}
    server.call("POST", "/proxies/p/toxics", body)
    with connect(port) as client:
        client.sendall(b"held")
        assert receive(client, 4) == b"held"


def test_a_leased_proxy_accepts_again_without_its_toxics(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    server.toxic("noop")
    server.call("PATCH", "/proxies/p", {"enabled": False, "lease": 0.3})
    with pytest.raises(ConnectionRefusedError):
        connect(port)
    until(lambda: server.call("GET", "/proxies/p").json["enabled"], "the lease to run out")
    until(lambda: toxics(server) == [], "the toxics to go")
    assert expired(server) == [("p", "")]


def test_heartbeats_keep_what_is_leased(server: Server, echo: int) -> None:
    server.proxy(echo)
    leased(server, 0.5)
    ends = time.monotonic() + 1.5
    while time.monotonic() < ends:
        assert server.call("POST", "/heartbeat").json == {"renewed": 1}
        time.sleep(0.1)
    assert toxics(server) == ["leased"]
    assert expired(server) == []


def test_a_slow_heartbeat_that_is_in_time_keeps_it(server: Server, echo: int) -> None:
    server.proxy(echo)
    leased(server, 2.0)
    time.sleep(1.0)
    server.call("POST", "/proxies/p/heartbeat")
    (lease,) = server.call("GET", "/leases").json["running"]
    assert lease["ends"] - server.call("GET", "/clock").json["monotonic"] > 1.5
    assert toxics(server) == ["leased"]


def test_a_heartbeat_of_one_proxy_keeps_only_what_is_its_own(server: Server, echo: int) -> None:
    server.proxy(echo)
    server.proxy(echo, name="other")
    leased(server, 0.4)
    body = {"type": "noop", "name": "others", "lease": 0.4}
    server.call("POST", "/proxies/other/toxics", body)
    until(
        lambda: (
            server.call("POST", "/proxies/p/heartbeat").status == 200
            and expired(server) == [("other", "others")]
        ),
        "the other proxy's lease to run out",
    )
    assert toxics(server) == ["leased"]


def test_a_renewed_lease_counts_from_its_renewal(server: Server, echo: int) -> None:
    server.proxy(echo)
    leased(server, 60.0)
    begun = time.monotonic()
    server.call("PATCH", "/proxies/p/toxics/leased", {"lease": 0.3})
    until(lambda: toxics(server) == [], "the shorter lease to run out")
    assert time.monotonic() - begun >= 0.3


def test_what_is_removed_in_time_does_not_expire(server: Server, echo: int) -> None:
    server.proxy(echo)
    leased(server, 0.2)
    server.call("DELETE", "/proxies/p/toxics/leased")
    leased(server, 0.2, name="second")
    server.call("DELETE", "/proxies/p")
    time.sleep(0.4)
    assert server.call("GET", "/leases").json == {"running": [], "expired": []}


def test_a_lease_that_cannot_heal_because_its_port_is_taken_is_survived(
    server: Server, echo: int
) -> None:
    port = server.proxy(echo)
    server.call("PATCH", "/proxies/p", {"enabled": False, "lease": 0.2})
    server.proxy(echo, name="thief", listen=f"127.0.0.1:{port}")
    until(lambda: expired(server) == [("p", "")], "the lease to run out")
    assert server.call("GET", "/proxies/p").json["enabled"] is False
    server.call("DELETE", "/proxies/thief")
    until(lambda: server.call("GET", "/proxies/p").json["enabled"], "another attempt")


def test_a_leased_refusal_whose_port_is_taken_heals_once_it_is_free(
    server: Server, echo: int
) -> None:
    port = server.proxy(echo)
    body = {"type": "connect_refuse", "name": "leased", "lease": 0.2}
    assert server.call("POST", "/proxies/p/toxics", body).status == 200
    server.proxy(echo, name="thief", listen=f"127.0.0.1:{port}")
    until(lambda: expired(server) == [("p", "leased")], "the lease to run out")
    server.call("DELETE", "/proxies/thief")
    until(lambda: _echoes(port), "another attempt")


def test_a_proxy_that_is_stopped_after_its_lease_stays_stopped(server: Server, echo: int) -> None:
    port = server.proxy(echo)
    server.call("PATCH", "/proxies/p", {"enabled": False, "lease": 0.2})
    server.proxy(echo, name="thief", listen=f"127.0.0.1:{port}")
    until(lambda: expired(server) == [("p", "")], "the lease to run out")
    server.call("PATCH", "/proxies/p", {"enabled": False})
    server.call("DELETE", "/proxies/thief")
    time.sleep(2 * HEAL_AGAIN)
    assert server.call("GET", "/proxies/p").json["enabled"] is False


@pytest.mark.parametrize("lease", [0, -1, "5", True])
def test_a_lease_that_is_none_is_refused(server: Server, lease: object) -> None:
    server.proxy(free_port())
    body = {"type": "noop", "lease": lease}
    answer = server.call("POST", "/proxies/p/toxics", body)
    assert answer.status == 400
    assert "lease" in answer.json["error"]


def test_an_expired_lease_is_told_to_those_who_listen_and_logged(
    server: Server,
    echo: int,
    tmp_path: Any,  # noqa: ANN401 - a path
) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output:
        program = subprocess.Popen(
            [sys.executable, "-m", "windtunnel.proxy", "--port", str(port := free_port())],
            stdout=subprocess.DEVNULL,
            stderr=output,
        )
    server.port, own = port, server.port
    try:
        until(lambda: _answers(server), "the proxy to answer")
        server.proxy(echo)
        leased(server, 0.1)
        until(lambda: expired(server) == [("p", "leased")], "the lease to run out")
        assert "no heartbeat for 0.1 s: toxic 'leased' of 'p' heals" in log.read_text()
    finally:
        server.port = own
        program.kill()
        program.wait()


def _echoes(port: int) -> bool:
    try:
        with connect(port) as client:
            client.sendall(b"a")
            return receive(client, 1) == b"a"
    except OSError:
        return False


def _answers(server: Server) -> bool:
    try:
        return server.call("GET", "/version").status == 200
    except OSError:
        return False


# The runner's fates.

RUNNER = """
    import sys, time, urllib.request
    url = sys.argv[1]
    while True:
        urllib.request.urlopen(urllib.request.Request(url + "/heartbeat", method="POST")).read()
        print("beat", flush=True)
        time.sleep(0.05)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_what_a_killed_or_frozen_runner_left_heals(
    server: Server, echo: int, number: signal.Signals
) -> None:
    server.proxy(echo)
    runner = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(RUNNER), f"http://127.0.0.1:{server.port}"],
        stdout=subprocess.PIPE,
    )
    try:
        assert runner.stdout is not None
        assert runner.stdout.readline() == b"beat\n"
        leased(server, 1.0)
        for _ in range(30):  # longer than the lease
            assert runner.stdout.readline() == b"beat\n"
        assert toxics(server) == ["leased"]
        os.kill(runner.pid, number)
        until(lambda: toxics(server) == [], "the fault to heal")
    finally:
        runner.kill()
        runner.wait()
        assert runner.stdout is not None
        runner.stdout.close()


def test_a_proxy_that_was_stopped_and_goes_on_does_not_blame_the_runner(
    server: Server, echo: int
) -> None:
    """It heard nothing while it was stopped; the heartbeats that came meanwhile count."""
    server.proxy(echo)
    leased(server, 1.0)
    os.kill(server.process.pid, signal.SIGSTOP)
    time.sleep(1.0 + OVERSLEPT + 0.2)
    os.kill(server.process.pid, signal.SIGCONT)
    for _ in range(15):
        server.call("POST", "/heartbeat")
        time.sleep(0.1)
    assert toxics(server) == ["leased"]
    assert expired(server) == []


def test_a_proxy_that_was_stopped_and_hears_no_heartbeat_heals_after_one_lease_more(
    server: Server, echo: int
) -> None:
    server.proxy(echo)
    leased(server, 0.3)
    os.kill(server.process.pid, signal.SIGSTOP)
    time.sleep(0.3 + OVERSLEPT + 0.2)
    os.kill(server.process.pid, signal.SIGCONT)
    until(lambda: toxics(server) == [], "the fault to heal")


# Without a clock.


class FakeTimers(Timers):
    """Keeps what was asked for."""

    def __init__(self) -> None:
        self.handles: list[TimerHandle] = []

    def call_at(self, at: float, callback: Callable[[], None]) -> TimerHandle:
        self.handles.append(TimerHandle(at, callback))
        return self.handles[-1]


def test_a_lease_that_is_renewed_has_one_timer() -> None:
    timers = FakeTimers()
    leases = LeaseTable(timers, lambda proxy, toxic: None)
    leases.grant("p", "t", 5.0)
    for _ in range(10):
        leases.heartbeat()
    assert sum(handle.callback is not None for handle in timers.handles) == 1
    leases.end_all("p")
    assert not any(handle.callback for handle in timers.handles)
    assert leases.running == ()


def late(leases: LeaseTable, timers: FakeTimers) -> None:
    """Let the only lease run out long after its time, as in a process that was stopped."""
    (lease,) = leases.running
    lease.ends -= lease.seconds + 2 * OVERSLEPT
    callback = timers.handles[-1].callback
    assert callback is not None
    callback()


def test_a_lease_that_runs_out_late_is_renewed_once() -> None:
    timers, healed = FakeTimers(), list[str]()
    leases = LeaseTable(timers, lambda proxy, toxic: healed.append(toxic))
    leases.grant("p", "t", 5.0)
    late(leases, timers)
    assert not healed
    late(leases, timers)
    assert healed == ["t"]
    assert leases.running == ()


def test_after_a_heartbeat_a_lease_may_run_out_late_again() -> None:
    timers, healed = FakeTimers(), list[str]()
    leases = LeaseTable(timers, lambda proxy, toxic: healed.append(toxic))
    leases.grant("p", "t", 5.0)
    late(leases, timers)
    leases.heartbeat()
    late(leases, timers)
    assert not healed
