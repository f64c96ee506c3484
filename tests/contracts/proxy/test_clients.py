"""Toxiproxy's own clients for Go, Python and the shell work unchanged, against ours as the real."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from toxiproxy import Toxiproxy
from toxiproxy.api import APIConsumer
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

from tests.contracts.proxy.servers import (
    LONG,
    OURS,
    Server,
    connect,
    echoed,
    ending,
    silent,
)
from windtunnel.ports import free_port

GO_TESTS = Path(__file__).with_name("go")
OWN_TYPES = "TestOwnTypesOfToxic"
"""The tests of toxics that only ours has."""

# Go.


@pytest.fixture(scope="session")
def go_witness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the tests that use the client for Go."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("go is not on PATH")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [go, *words], cwd=GO_TESTS, check=False, capture_output=True, text=True, timeout=150
        )

    had = run("mod", "download", "github.com/Shopify/toxiproxy/v2")
    if had.returncode != 0:
        pytest.skip(f"Toxiproxy's client for Go cannot be had here: {had.stderr.strip()}")
    program = tmp_path_factory.mktemp("go") / "witness.test"
    built = run("test", "-c", "-o", str(program), ".")
    assert built.returncode == 0, built.stderr
    return program


def test_the_client_for_go_works_unchanged(server: Server, go_witness: Path) -> None:
    chosen = () if server.kind == OURS else ("-test.skip", OWN_TYPES)
    done = subprocess.run(
        [go_witness, "-test.v", "-test.timeout", "60s", *chosen],
        env={**os.environ, "WINDTUNNEL_WITNESS_SERVER": f"127.0.0.1:{server.port}"},
        check=False,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert (f"--- PASS: {OWN_TYPES}" in done.stdout) == (server.kind == OURS)
    assert "--- SKIP" not in done.stdout


# The shell.


def test_toxiproxy_cli_works_unchanged(server: Server, echo: int) -> None:
    cli = shutil.which("toxiproxy-cli")
    if cli is None:
        pytest.skip("toxiproxy-cli is not on PATH")

    def say(*words: str, status: int = 0) -> str:
        done = subprocess.run(
            [cli, "--host", f"http://127.0.0.1:{server.port}", *words],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == status, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    listen, upstream = f"127.0.0.1:{free_port()}", f"127.0.0.1:{echo}"
    said = say("create", "--listen", listen, "--upstream", upstream, "p")
    assert said == "Created new proxy p\n"
    assert "HTTP 409" in say("create", "-l", listen, "-u", upstream, "p", status=1)
    assert say("list").split() == ["p", listen, upstream, "enabled", "0"]
    with connect(int(listen.rpartition(":")[2])) as client:
        echoed(client, b"through")
        attributes = ("-a", f"latency={LONG}", "-a", "jitter=5")
        added = say("toxic", "add", "-t", "latency", "-n", "late", "-tox", "1", *attributes, "p")
        assert added == "Added downstream latency toxic 'late' on proxy 'p'\n"
        assert say("inspect", "p").split() == [
            "late",
            "type=latency",
            "stream=downstream",
            "toxicity=1.00",
            "attributes=[",
            "jitter=5",
            f"latency={LONG}",
            "]",
        ]
        client.sendall(b"late")
        assert silent(client)
        updated = say("toxic", "update", "-n", "late", "-tox", "0.5", "-a", "latency=0", "p")
        assert updated == "Updated toxic 'late' on proxy 'p'\n"
        assert "toxicity=0.50" in say("inspect", "p")
        assert say("toxic", "delete", "-n", "late", "p") == "Removed toxic 'late' on proxy 'p'\n"
        assert "HTTP 404" in say("toxic", "delete", "-n", "late", "p", status=1)
        assert say("toggle", "p") == "Proxy p is now disabled\n"
        assert say("toggle", "p") == "Proxy p is now enabled\n"
    assert say("delete", "p") == "Deleted proxy p\n"
    assert say("list") == ""


# Python.


@pytest.fixture
def python_client(server: Server, monkeypatch: pytest.MonkeyPatch) -> Toxiproxy:
    # The whole process has one server's address.
    monkeypatch.setattr(APIConsumer, "host", "127.0.0.1")
    monkeypatch.setattr(APIConsumer, "port", server.port)
    return Toxiproxy()


def test_the_client_for_python_works_unchanged(python_client: Toxiproxy, echo: int) -> None:
    upstream = f"127.0.0.1:{echo}"
    assert python_client.running()
    assert b"2.12.0" in python_client.version()
    proxy = python_client.create(upstream, "p", listen="127.0.0.1:0")
    port = int(proxy.listen.rpartition(":")[2])
    with pytest.raises(ProxyExists):
        python_client.create(upstream, "p")
    with connect(port) as client:
        proxy.add_toxic(type="latency", toxicity=0.5, attributes={"latency": LONG})
        found = proxy.get_toxic("latency_downstream")
        assert (found.type, found.stream, found.toxicity) == ("latency", "downstream", 0.5)
        assert found.attributes == {"latency": LONG, "jitter": 0}
        with pytest.raises(InvalidToxic):
            proxy.add_toxic(type="no such type")
        assert proxy.destroy_toxic("latency_downstream")
        with pytest.raises(NotFound):
            proxy.destroy_toxic("latency_downstream")
        echoed(client, b"through")
        with proxy.down():
            assert ending(client) in {"end", "reset"}
            with pytest.raises(ConnectionRefusedError):
                connect(port)
        with connect(port) as again:
            echoed(again, b"enabled again")
    proxy.add_toxic(type="noop", stream="upstream")
    assert python_client.reset()
    assert proxy.toxics() == {}
    wanted = [{"name": "q", "upstream": upstream, "listen": "127.0.0.1:0"}]
    assert [each.name for each in python_client.populate(wanted)] == ["q"]
    assert set(python_client.proxies()) == {"p", "q"}
    python_client.destroy_all()
    assert python_client.proxies() == {}
