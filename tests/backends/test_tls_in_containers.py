"""Client certificates on both sides of a tap in a container, whose files are the runner's."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
import yaml

from tests.machine import missing
from windtunnel import faults
from windtunnel.records import HandshakeOutcome
from windtunnel.session import Session
from windtunnel.stack import Stack

HERE = Path(__file__).parent
CONFIGURATION = """
service = "orders"
endpoints = ["/orders"]

[dependencies.prices]
protocol = "http"
port = 8443
endpoint = "/orders"
environment = {{ PRICES_URL = "https://{{address}}", CA = "{{ca}}" }}

[dependencies.prices.tls]
upstream = "tls"
trust = "dependency-ca.pem"
server_name = "prices"
certificate = "tap.pem"
client_trust = "clients-ca.pem"

[docker]
base_image = "{base}"
target_port = 8080
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    if reason := missing("docker"):
        pytest.skip(reason)
    base = os.environ.get("WINDTUNNEL_BASE_IMAGE", "python:3.11-slim-bookworm")
    dependency, clients = trustme.CA(), trustme.CA()
    dependency.cert_pem.write_to_path(tmp_path / "dependency-ca.pem")
    clients.cert_pem.write_to_path(tmp_path / "clients-ca.pem")
    for authority, name in ((dependency, "prices"), (clients, "tap"), (clients, "orders")):
        file = tmp_path / ("dependency.pem" if name == "prices" else f"{name}.pem")
        authority.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(file)
    own = {"image": base, "volumes": [f"{HERE}:/app:ro", f"{tmp_path}:/pem:ro"], "init": True}
    services = {
        "orders": {
            **own,
            "command": ["python3", "/app/https_target.py", "8080", "0.0.0.0"],  # noqa: S104 - in a container
            "environment": {"CLIENT": "/pem/orders.pem"},
            "depends_on": ["prices"],
        },
        "prices": {**own, "command": ["python3", "/app/certain_prices.py", "8443", "/pem"]},
    }
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump({"services": services}))
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION.format(base=base))
    session = Session(directory=tmp_path, configuration=None, backend="docker", seed=1)
    try:
        stack = session.stack("test", {}, lambda verdict: None)
        yield stack
        stack.close()
    finally:
        session.close()


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.docker
def test_each_side_is_shown_a_certificate_in_containers_too(stack: Stack) -> None:
    run = stack.drive("/orders", requests=3)
    assert not any(response.fallback for response in run.responses), stack.get("/orders")
    assert b"'tap'" in stack.get("/orders")[1]
    shaken = [each.handshake for each in run.at("prices").connections]
    assert all(each and each.outcome is HandshakeOutcome.COMPLETED for each in shaken)
    assert all(each and "orders" in each.client_certificate for each in shaken)
    with stack.inject(faults.HttpStatus("prices", 503)):
        struck = stack.drive("/orders", requests=2)
    assert all(response.fallback for response in struck.responses)
