"""A live connection loses and alters nothing while faults that alter nothing come and go."""

import socket
from contextlib import suppress

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.contracts.proxy.servers import DEADLINE, Server, connect, receive
from tests.fuzz.http_traffic import PIPELINES, SIZES, Exchange, pieces

HARMLESS: dict[str, dict[str, st.SearchStrategy[int | str]]] = {
    "noop": {},
    "latency": {"latency": st.integers(0, 3), "jitter": st.integers(0, 3)},
    "bandwidth": {"rate": st.integers(1000, 100_000)},
    "slicer": {"average_size": st.integers(1, 50), "delay": st.integers(0, 5)},
    "slow_close": {"delay": st.integers(0, 3)},
    "connect": {"latency": st.integers(0, 3)},
    "stale": {"idle": st.just(60_000)},
    "http_delay": {"latency": st.integers(0, 3), "jitter": st.integers(0, 3)},
    "http_corrupt": {"path": st.just("/never")},
    "http_status": {"first": st.just(1), "every": st.just(2)},
    "http_drip": {"rate": st.integers(50_000, 500_000)},
}
"""No bytes differ by any of these; the first of two requests is never the second."""
LABELS = st.sampled_from(["t", "u", "v"])


@st.composite
def toxics(draw: st.DrawFn) -> dict[str, object]:
    kind = draw(st.sampled_from(sorted(HARMLESS)))
    return {
        "type": kind,
        "stream": draw(st.sampled_from(["upstream", "downstream"])),
        "toxicity": draw(st.sampled_from([0, 0.5, 1])),
        "attributes": {name: draw(each) for name, each in HARMLESS[kind].items()},
    }


class Machine(RuleBasedStateMachine):
    """Both ends of one connection, and the toxics between them."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server
        self.asked: list[Exchange] = []
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.settimeout(DEADLINE)
            body = {
                "name": "p",
                "listen": "127.0.0.1:0",
                "protocol": "http",
                "upstream": f"127.0.0.1:{listening.getsockname()[1]}",
            }
            listen = server.call("POST", "/proxies", body).json["listen"]
            self.client = connect(int(listen.rpartition(":")[2]))
            self.dependency, _ = listening.accept()
        self.dependency.settimeout(DEADLINE)
        self.toxics: set[str] = set()

    @rule(pipeline=PIPELINES, sizes=SIZES, closely=st.booleans())
    def exchange(self, *, pipeline: list[Exchange], sizes: list[int], closely: bool) -> None:
        """Send requests at once or one after the other; each answer follows its request."""
        for group in [[each] for each in pipeline] if closely else [pipeline]:
            for sender, receiver, data in (
                (self.client, self.dependency, b"".join(each.request for each in group)),
                (self.dependency, self.client, b"".join(each.answer for each in group)),
            ):
                for piece in pieces(data, sizes):
                    sender.sendall(piece)
                assert receive(receiver, len(data)) == data
        self.asked += pipeline

    @rule(label=LABELS, toxic=toxics())
    def add(self, label: str, toxic: dict[str, object]) -> None:
        answer = self.server.call("POST", "/proxies/p/toxics", {**toxic, "name": label})
        assert answer.status == (409 if label in self.toxics else 200)
        self.toxics.add(label)

    @rule(label=LABELS, toxicity=st.sampled_from([0, 0.5, 1]))
    def change(self, label: str, toxicity: float) -> None:
        path = f"/proxies/p/toxics/{label}"
        answer = self.server.call("PATCH", path, {"toxicity": toxicity})
        assert answer.status == (200 if label in self.toxics else 404)

    @rule(label=LABELS)
    def remove(self, label: str) -> None:
        answer = self.server.call("DELETE", f"/proxies/p/toxics/{label}")
        assert answer.status == (204 if label in self.toxics else 404)
        self.toxics.discard(label)

    def teardown(self) -> None:
        try:
            evidence = self.server.call("GET", "/proxies/p/evidence/records").json
            # What is under way holds the last of its answer back a little longer.
            recorded = [(each["request"], each["status"]) for each in evidence["exchanges"]]
            assert recorded == [(f"{e.method} {e.path}", str(e.status)) for e in self.asked]
            assert evidence["blind_spots"] == []
            # An end in one direction leaves the other one open.
            self.client.shutdown(socket.SHUT_WR)
            assert receive(self.dependency, 1) == b""
            self.dependency.sendall(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
            self.dependency.shutdown(socket.SHUT_WR)
            assert receive(self.client, 1000).endswith(b"\r\n\r\n")
        finally:
            for end in (self.client, self.dependency):
                with suppress(OSError):
                    end.close()
            self.server.call("DELETE", "/proxies/p")


def test_what_no_fault_alters_arrives_as_it_is(server: Server) -> None:
    # Found failures are shown as they are: shortening one takes minutes of traffic.
    fewer = settings(
        max_examples=max(8, settings().max_examples // 20),
        stateful_step_count=15,
        phases=set(settings().phases) - {Phase.shrink},
    )

    class OnThisServer(Machine):
        def __init__(self) -> None:
            super().__init__(server)

    run_state_machine_as_test(OnThisServer, settings=fewer)
