"""Whatever is asked of the control API in whatever order, it answers as a simple model says.

The real Toxiproxy is held against the same model, as far as it knows what is asked.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.contracts.proxy.servers import (
    OURS,
    THEIRS,
    Answer,
    Server,
    connect,
    echo_server,
    echoed,
    toxiproxy_server,
)
from windtunnel.proxy.toxic_catalog import KINDS

NAMES = st.sampled_from(["a", "b"])
LABELS = st.sampled_from(["t", "u", "v"])
TOXICITIES = st.sampled_from([0, 0.25, 0.5, 1])
STREAMS = st.sampled_from(["upstream", "downstream"])
ENABLED = st.none() | st.booleans()
UPSTREAMS = st.integers(0, 1)
HARMLESS: dict[str, dict[str, st.SearchStrategy[int]]] = {
    "noop": {},
    "latency": {"latency": st.integers(0, 2), "jitter": st.integers(0, 2)},
    "bandwidth": {"rate": st.integers(1000, 100_000)},
    "slicer": {"average_size": st.integers(1, 5), "delay": st.integers(0, 5)},
    "slow_close": {"delay": st.integers(0, 2)},
}
HARMFUL: dict[str, dict[str, st.SearchStrategy[int]]] = {
    "timeout": {"timeout": st.integers(0, 2)},
    "reset_peer": {"timeout": st.integers(0, 2)},
    "limit_data": {"bytes": st.integers(0, 5)},
}


@st.composite
def toxics(draw: st.DrawFn) -> tuple[str, dict[str, int]]:
    """Return a type and some of its attributes."""
    known = HARMLESS | HARMFUL
    kind = draw(st.sampled_from(sorted(known)))
    required = {"average_size", "rate"} & set(known[kind])  # without a rate, nothing passes
    given = {name: draw(each) for name, each in known[kind].items() if name in required}
    for name, each in known[kind].items():
        if name not in required and draw(st.booleans()):
            given[name] = draw(each)
    return kind, given


@dataclass
class ByteToxic:
    kind: str
    stream: str
    toxicity: float
    attributes: dict[str, Any]


@dataclass
class Proxy:
    upstream: int
    enabled: bool
    toxics: dict[str, ByteToxic] = field(default_factory=dict)
    bound: bool = False
    """Whether it ever listened: its port is no longer the 0 that was asked for."""

    def __post_init__(self) -> None:
        self.bound |= self.enabled


class ControlMachine(RuleBasedStateMachine):
    def __init__(self, server: Server, echoes: tuple[int, int]) -> None:
        super().__init__()
        self.server = server
        self.upstreams = [f"127.0.0.1:{port}" for port in echoes]
        self.model: dict[str, Proxy] = {}

    def teardown(self) -> None:
        for name in self.model:
            assert self.server.call("DELETE", f"/proxies/{name}").status == 204

    def ask(self, method: str, path: str, body: object = None, *, status: int) -> Answer:
        answer = self.server.call(method, path, body)
        assert answer.status == status, f"{method} {path} {body}: {answer}"
        return answer

    def body(self, name: str, upstream: int, *, enabled: bool | None) -> dict[str, object]:
        body: dict[str, object] = {"name": name, "listen": "127.0.0.1:0"}
        body["upstream"] = self.upstreams[upstream]
        return body if enabled is None else {**body, "enabled": enabled}

    # Proxies.

    @rule(name=NAMES, upstream=UPSTREAMS, enabled=ENABLED)
    def create(self, *, name: str, upstream: int, enabled: bool | None) -> None:
        known = name in self.model
        body = self.body(name, upstream, enabled=enabled)
        self.ask("POST", "/proxies", body, status=409 if known else 201)
        if not known:
            self.model[name] = Proxy(upstream, enabled is not False)

    @rule(name=NAMES, upstream=st.none() | UPSTREAMS, enabled=ENABLED)
    def change(self, *, name: str, upstream: int | None, enabled: bool | None) -> None:
        body: dict[str, object] = {} if enabled is None else {"enabled": enabled}
        if upstream is not None:
            body["upstream"] = self.upstreams[upstream]
        proxy = self.model.get(name)
        self.ask("POST", f"/proxies/{name}", body, status=404 if proxy is None else 200)
        if proxy is not None:
            proxy.upstream = proxy.upstream if upstream is None else upstream
            proxy.enabled = proxy.enabled if enabled is None else enabled
            proxy.bound |= proxy.enabled

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        known = self.model.pop(name, None)
        self.ask("DELETE", f"/proxies/{name}", status=404 if known is None else 204)

    @rule(wanted=st.lists(st.tuples(NAMES, UPSTREAMS, ENABLED), max_size=3))
    def populate(self, wanted: list[tuple[str, int, bool | None]]) -> None:
        self.ask(
            "POST",
            "/populate",
            [self.body(name, to, enabled=on) for name, to, on in wanted],
            status=201,
        )
        for name, upstream, enabled in wanted:
            known = self.model.get(name)
            if known is None or known.bound or known.upstream != upstream:
                self.model[name] = Proxy(upstream, enabled is not False)

    @rule()
    def reset(self) -> None:
        self.ask("POST", "/reset", status=204)
        for proxy in self.model.values():
            proxy.enabled = proxy.bound = True
            proxy.toxics = {}

    # Toxics.

    @rule(name=NAMES, label=LABELS, toxic=toxics(), stream=STREAMS, toxicity=TOXICITIES)
    def add(
        self, name: str, label: str, toxic: tuple[str, dict[str, int]], stream: str, toxicity: float
    ) -> None:
        kind, attributes = toxic
        body = {
            "name": label,
            "type": kind,
            "stream": stream,
            "toxicity": toxicity,
            "attributes": attributes,
        }
        proxy = self.model.get(name)
        status = 404 if proxy is None else 409 if label in proxy.toxics else 200
        self.ask("POST", f"/proxies/{name}/toxics", body, status=status)
        if proxy is not None and status == 200:
            merged = {**KINDS[kind].defaults, **attributes}
            proxy.toxics[label] = ByteToxic(kind, stream, toxicity, merged)

    @rule(name=NAMES, label=LABELS, toxic=toxics(), toxicity=st.none() | TOXICITIES)
    def change_toxic(
        self, name: str, label: str, toxic: tuple[str, dict[str, int]], toxicity: float | None
    ) -> None:
        known = self.model[name].toxics.get(label) if name in self.model else None
        body: dict[str, object] = {"attributes": toxic[1]}
        if toxicity is not None:
            body["toxicity"] = toxicity
        status = 404 if known is None else 200
        self.ask("PATCH", f"/proxies/{name}/toxics/{label}", body, status=status)
        if known is not None:
            known.toxicity = known.toxicity if toxicity is None else toxicity
            known.attributes.update({k: v for k, v in toxic[1].items() if k in known.attributes})

    @rule(name=NAMES, label=LABELS)
    def remove(self, name: str, label: str) -> None:
        known = self.model[name].toxics.pop(label, None) if name in self.model else None
        path = f"/proxies/{name}/toxics/{label}"
        self.ask("DELETE", path, status=404 if known is None else 204)

    # What must follow.

    @invariant()
    def it_says_what_the_model_says(self) -> None:
        told = self.ask("GET", "/proxies", status=200).json
        assert {name: self._shown(proxy) for name, proxy in self.model.items()} == {
            name: {key: each[key] for key in ("upstream", "enabled", "toxics")}
            for name, each in told.items()
        }

    def _shown(self, proxy: Proxy) -> dict[str, object]:
        ordered = sorted(proxy.toxics.items(), key=lambda each: each[1].stream != "upstream")
        shown = [
            {
                "name": label,
                "type": toxic.kind,
                "stream": toxic.stream,
                "toxicity": toxic.toxicity,
                "attributes": toxic.attributes,
            }
            for label, toxic in ordered
        ]
        upstream = self.upstreams[proxy.upstream]
        return {"upstream": upstream, "enabled": proxy.enabled, "toxics": shown}

    @rule(name=NAMES)
    def talk(self, name: str) -> None:
        """Send data, which passes unaltered where the proxy is enabled and has no harmful toxic."""
        proxy = self.model.get(name)
        if proxy is None:
            return
        listen = self.ask("GET", f"/proxies/{name}", status=200).json["listen"]
        port = int(listen.rpartition(":")[2])
        if not proxy.enabled:
            if port:
                with pytest.raises(ConnectionRefusedError):
                    connect(port)
            return
        if all(toxic.kind in HARMLESS for toxic in proxy.toxics.values()):
            with connect(port) as client:
                echoed(client, b"every byte, in order")


@pytest.fixture(params=[OURS, pytest.param(THEIRS, marks=pytest.mark.toxiproxy)])
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == THEIRS and toxiproxy_server() is None:
        pytest.skip("toxiproxy-server is neither on PATH nor in WINDTUNNEL_TOXIPROXY")
    return str(request.param)


def test_every_sequence_of_calls_is_answered_as_the_model_says(server: Server) -> None:
    with ExitStack() as stack:
        echoes = (stack.enter_context(echo_server()), stack.enter_context(echo_server()))
        # Found failures are shown as they are: shortening one takes minutes of calls.
        fewer = settings(
            max_examples=max(15, settings().max_examples // 20),
            stateful_step_count=30,
            phases=set(settings().phases) - {Phase.shrink},
        )

        class OnThisServer(ControlMachine):
            def __init__(self) -> None:
                super().__init__(server, echoes)

        run_state_machine_as_test(OnThisServer, settings=fewer)
