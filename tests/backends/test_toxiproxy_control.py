"""The adapter around toxiproxy-python: several servers at once, and none that holds up others."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from toxiproxy import Toxiproxy
from toxiproxy.api import APIConsumer

from tests.contracts.proxy.servers import NOWHERE, OURS, Server
from windtunnel.address import Address
from windtunnel.backends.toxiproxy import ToxiproxyControl
from windtunnel.errors import ControlCode, ControlError


@pytest.fixture
def control() -> Iterator[ToxiproxyControl]:
    server = Server(OURS)
    try:
        yield ToxiproxyControl(Address("127.0.0.1", server.port))
    finally:
        server.close()


@pytest.fixture
def silent() -> Iterator[Address]:
    """Give the address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Address("127.0.0.1", server.getsockname()[1])


def test_a_call_that_hangs_is_left_behind_and_holds_up_no_other(
    control: ToxiproxyControl, silent: Address
) -> None:
    hanging = ToxiproxyControl(silent, deadline=0.2)
    for _ in range(2):
        with pytest.raises(ControlError, match=r"did not answer within 0\.2 s") as raised:
            hanging.listening("p")
        assert raised.value.code is ControlCode.NO_ANSWER
    begun = time.monotonic()
    assert control.create("p", upstream=NOWHERE) == control.listening("p")
    assert time.monotonic() - begun < 5.0


def test_a_proxy_that_is_not_there_has_its_code(control: ToxiproxyControl) -> None:
    with pytest.raises(ControlError, match="no proxy named 'p'; there is: none") as raised:
        control.disable("p")
    assert raised.value.code is ControlCode.PROXY_NOT_FOUND


def test_controls_of_several_servers_never_speak_to_each_others(control: ToxiproxyControl) -> None:
    other = Server(OURS)
    try:
        second = ToxiproxyControl(Address("127.0.0.1", other.port))
        controls = {"first": control, "second": second}

        def create(name: str) -> None:
            for number in range(10):
                controls[name].create(f"{name}-{number}", upstream=NOWHERE)

        threads = [threading.Thread(target=create, args=(name,)) for name in controls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(other.call("GET", "/proxies").json) == {f"second-{n}" for n in range(10)}
    finally:
        other.close()


def test_whoever_else_uses_the_client_in_this_process_keeps_the_server_it_had_set(
    control: ToxiproxyControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = Server(OURS)
    try:
        monkeypatch.setattr(APIConsumer, "host", "127.0.0.1")
        monkeypatch.setattr(APIConsumer, "port", theirs.port)
        control.create("ours", upstream=NOWHERE)
        Toxiproxy().create(NOWHERE, "theirs")
        assert list(theirs.call("GET", "/proxies").json) == ["theirs"]
    finally:
        theirs.close()
