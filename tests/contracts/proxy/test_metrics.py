"""Toxiproxy's counters, for Prometheus."""

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.contracts.proxy.servers import (
    OURS,
    THEIRS,
    Server,
    connect,
    ending,
    receive,
    toxiproxy_server,
)

NAMES = ("toxiproxy_proxy_received_bytes_total", "toxiproxy_proxy_sent_bytes_total")


@pytest.fixture(params=[OURS, pytest.param(THEIRS, marks=pytest.mark.toxiproxy)])
def measured(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == THEIRS and toxiproxy_server() is None:
        pytest.skip("toxiproxy-server is neither on PATH nor in WINDTUNNEL_TOXIPROXY")
    server = Server(request.param, "-proxy-metrics")
    try:
        yield server
    finally:
        server.close()


def test_bytes_are_counted_in_both_directions(measured: Server, echo: int) -> None:
    port = measured.proxy(echo)
    with connect(port) as client:
        client.sendall(bytes(1000))
        assert receive(client, 1000) == bytes(1000)
    # The counts of Toxiproxy are added when a connection ends.
    with connect(port) as client:
        measured.call("PATCH", "/proxies/p", {"enabled": False})
        assert ending(client) == "end"
    answer = measured.call("GET", "/metrics", headers={"Accept": "text/plain"})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    found = {
        (sample.name, sample.labels["direction"]): sample
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
        if sample.name in NAMES
    }
    assert {key: sample.value for key, sample in found.items()} == {
        (name, direction): 1000 for name in NAMES for direction in ("upstream", "downstream")
    }
    for sample in found.values():
        assert sample.labels["proxy"] == "p"
        assert sample.labels["listener"] == f"127.0.0.1:{port}"
        assert sample.labels["upstream"] == f"127.0.0.1:{echo}"
