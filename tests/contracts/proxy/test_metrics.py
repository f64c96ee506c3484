"""Toxiproxy's counters, for Prometheus."""

import time
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.contracts.proxy.servers import (
    DEADLINE,
    OURS,
    THEIRS,
    Server,
    connect,
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


def counted(server: Server) -> dict[tuple[str, str], Sample]:
    answer = server.call("GET", "/metrics", headers={"Accept": "text/plain"})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, sample.labels["direction"]): sample
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
        if sample.name in NAMES
    }


def test_bytes_are_counted_in_both_directions(measured: Server, echo: int) -> None:
    port = measured.proxy(echo)
    with connect(port) as client:
        client.sendall(bytes(1000))
        assert receive(client, 1000) == bytes(1000)
    wanted = {(name, way): 1000 for name in NAMES for way in ("upstream", "downstream")}
    deadline = time.monotonic() + DEADLINE
    while True:
        found = counted(measured)
        # The counts of Toxiproxy are added some time after a connection has ended.
        if {key: sample.value for key, sample in found.items()} == wanted:
            break
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    for sample in found.values():
        assert sample.labels["proxy"] == "p"
        assert sample.labels["listener"] == f"127.0.0.1:{port}"
        assert sample.labels["upstream"] == f"127.0.0.1:{echo}"
