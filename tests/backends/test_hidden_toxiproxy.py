"""No page in a browser finds the control port of a run's real Toxiproxy, or steers its tap."""

import http.client
import ipaddress
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.backends.test_proxy_variables import CONFIGURATION, TARGET
from tests.machine import missing
from windtunnel.address import Address
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.ports import CONTROL_PORT, unguessable_host
from windtunnel.run_identity import run_of_folder
from windtunnel.session import Session

ROOT = Path(__file__).parents[2]
SHOP = Path(__file__).parent / "shop"
TOXIC = {"type": "timeout", "name": "evil", "attributes": {"timeout": 0}}
FORM = {
    "Origin": "http://evil.example",
    "Content-Type": "text/plain",
    "Sec-Fetch-Site": "cross-site",
    "User-Agent": "Opera/9.80 (Linux armv7l) Presto/2.12 Version/12.14",
}
"""What a form of another site's page sends: JSON as the name of a field, by a browser that does not
call itself Mozilla."""


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Give where a run's Toxiproxy is controlled, as its own command line says."""
    if reason := missing("local"):
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("project")
    (folder / "target.py").write_text(TARGET)
    (folder / "windtunnel.toml").write_text(CONFIGURATION)
    session = Session(directory=folder, configuration=None, backend="local", seed=1)
    try:
        # Other tests of this process may have theirs running.
        before = toxiproxies()
        stack = session.stack("test", {}, lambda verdict: None)
        (started,) = toxiproxies() - before
        words = started.cmdline()
        yield words[words.index("-host") + 1], int(words[words.index("-port") + 1])
        stack.close()
    finally:
        session.close()


def toxiproxies() -> set[psutil.Process]:
    found = set()
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it may have ended meanwhile
            if each.name().startswith("toxiproxy"):
                found.add(each)
    return found


@pytest.fixture(scope="module", params=["sample", "copy"])
def published(request: pytest.FixtureRequest) -> Iterator[tuple[Address, Address]]:
    """Give where tap and Toxiproxy are controlled that stand in containers.

    Those of a compose file of their own, and those that are added to a copy of the user's.
    """
    if reason := missing("docker"):
        pytest.skip(reason)
    is_copy = request.param == "copy"
    base = os.environ.get("WINDTUNNEL_BASE_IMAGE", "python:3.11-slim-bookworm")
    session = Session(
        directory=SHOP if is_copy else ROOT,
        configuration=None,
        backend="docker",
        seed=1,
        settings=[f"docker.base_image={base}"],
    )
    names = ("windtunnel-tap", "windtunnel-toxiproxy") if is_copy else ("tap", "toxiproxy")
    try:
        stack = session.stack("test", {}, lambda verdict: None)
        (run,) = {run_of_folder(Path(stack.backend.directory).name)}
        engine = DockerEngine(run)
        states = [engine.state(service) for service in names]
        tap, toxiproxy = (state.address_of(CONTROL_PORT) for state in states)
        engine.close()
        assert tap
        assert toxiproxy
        yield tap, toxiproxy
        stack.close()
    finally:
        session.close()


def post(host: str, port: int, path: str) -> int:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("POST", path, body=f"{json.dumps(TOXIC)}=", headers=FORM)
        return connection.getresponse().status
    finally:
        connection.close()


def proxies(host: str, port: int) -> dict[str, dict[str, list[object]]]:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/proxies")
        found: dict[str, dict[str, list[object]]] = json.loads(connection.getresponse().read())
        return found
    finally:
        connection.close()


def shows(host: str, port: int, known: object) -> bool:
    """Whether the server with these proxies is found at another address.

    The port may be somebody else's there: they are drawn for each address by itself.
    """
    try:
        return proxies(host, port) == known
    except (OSError, http.client.HTTPException, ValueError):
        return False


def test_a_form_of_another_sites_page_adds_no_toxic(control: tuple[str, int]) -> None:
    """It is where it was always to be found, at any name of this machine, and not there now."""
    host, port = control
    before = proxies(host, port)
    for known in ("127.0.0.1", "localhost", "::1", "127.0.1.1", "127.1.1.1"):
        assert not shows(known, port, before)
    assert proxies(host, port) == before


def test_what_hides_it_is_needed(control: tuple[str, int]) -> None:
    """Toxiproxy itself takes the form: the day it does not, nothing needs to be hidden."""
    host, port = control
    (name,) = proxies(host, port)
    assert post(host, port, f"/proxies/{name}/toxics") == 200
    assert len(proxies(host, port)[name]["toxics"]) == 1


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.docker
def test_those_in_containers_are_found_by_no_page_either(
    published: tuple[Address, Address],
) -> None:
    """The engine published both at 127.0.0.1, where a page may try every port."""
    tap, toxiproxy = published
    for each in published:
        assert ipaddress.ip_address(each.host).is_loopback
        for known in ("127.0.0.1", "localhost", "::1"):
            assert not shows(known, each.port, proxies(each.host, each.port))
    # Who was told the address, and is no page: refused by the tap, taken by Toxiproxy.
    before = proxies(tap.host, tap.port)
    for name in before:
        assert post(tap.host, tap.port, f"/proxies/{name}/toxics") == 403
    assert proxies(tap.host, tap.port) == before
    (name, *_) = proxies(toxiproxy.host, toxiproxy.port)
    assert post(toxiproxy.host, toxiproxy.port, f"/proxies/{name}/toxics") == 200


def test_an_address_is_one_of_loopback_and_not_the_last_one() -> None:
    drawn = {unguessable_host() for _ in range(20)}
    assert all(ipaddress.ip_address(host).is_loopback for host in drawn)
    assert len(drawn) > 15 or drawn == {"127.0.0.1"}
