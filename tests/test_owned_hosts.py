"""Nothing is sent beyond this machine unless its host is named as the user's own."""

import socket
from contextlib import suppress
from pathlib import Path

import pytest

from windtunnel.address import Address
from windtunnel.cli import main
from windtunnel.commands.session_options import StackOptions
from windtunnel.errors import ConfigurationError
from windtunnel.owned_hosts import is_loopback, is_named_within, owned_address
from windtunnel.session import Session

NAMES = {
    "localhost": ["::1", "127.0.0.1"],
    "here.example": ["127.0.0.1"],
    "app.localhost": ["::1", "127.0.0.1"],
    "134744072": ["8.8.8.8"],
    "far.example": ["192.0.2.7"],
    "both.example": ["127.0.0.1", "192.0.2.7"],
}
OWNED = ("far.example",)
SENT = "outside this machine's loopback: expected --i-own-this-host"

PROJECT = """
endpoints = ["/x"]
{target}
[dependencies.prices]
protocol = "http"
{upstream}
listen = 0
endpoint = "/x"
environment = {{ PRICES = "http://{{address}}" }}
"""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolve the names above, and let no connection be made to any of them."""

    def resolve(host: str, port: int, *_: object, **__: object) -> list[object]:
        found = NAMES.get(host, [host])
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    def connect(self: socket.socket, address: object) -> None:
        if self.family == socket.AF_UNIX:
            raise FileNotFoundError(2, "no engine")
        if not str(address).startswith("('127."):
            raise AssertionError(f"connected to {address}")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty project, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.8.8.8", "::1", "here.example", "localhost", "::"),
        "0.0.0.0",  # noqa: S104 - asked for, not listened at
    ],
)
def test_this_machine_needs_nobodys_word(host: str) -> None:
    assert owned_address(Address(host, 80), (), "x").host == host


def test_what_was_checked_is_what_is_connected_to() -> None:
    assert owned_address(Address("here.example", 80), (), "x").connect_to == "127.0.0.1"
    assert owned_address(Address("far.example", 80), OWNED, "x").connect_to == "192.0.2.7"


@pytest.mark.parametrize(
    "host", ["far.example", "both.example", "10.0.0.1", "134744072", "8.8.8.8"]
)
def test_beyond_it_the_host_must_be_named(host: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"x is .*{SENT} {host}, or owned_hosts"):
        owned_address(Address(host, 80), ("other.example",), "x")


def test_of_several_addresses_the_one_that_answers_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        if address[0] == "::1":
            raise ConnectionRefusedError
        return socket.socket()

    monkeypatch.setattr(socket, "create_connection", connect)
    assert owned_address(Address("app.localhost", 80), (), "x").connect_to == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "within"),
    [
        ("134744072", False),
        ("0x08080808", False),
        ("db.example", False),
        ("postgres", True),
        ("3proxy", True),
    ],
)
def test_a_number_is_no_name_of_a_container(host: str, within: bool) -> None:  # noqa: FBT001 - parametrized
    assert is_named_within(host) is within


def test_a_host_of_an_option_is_owned_beside_the_configured_ones(project: Path) -> None:
    text = PROJECT.format(target='command = ["x"]', upstream='upstream = "127.0.0.1:1"')
    (project / "windtunnel.toml").write_text('owned_hosts = ["far.example"]\n' + text)
    chosen = StackOptions(
        backend="embedded", config=None, settings=(), environment={}, seed=1, owned=("b",)
    )
    assert chosen.session().configuration.owned_hosts == ("far.example", "b")


def test_addresses_of_version_6_that_hold_one_of_version_4_are_that_one() -> None:
    assert is_loopback("::ffff:127.0.0.1")
    assert not is_loopback("::ffff:8.8.8.8")


@pytest.mark.parametrize(
    "command",
    [
        ("load", "http://far.example/"),
        ("compare", "--base-url=http://far.example:80", "--head-url=http://127.0.0.1:1"),
        ("compare", "--base-url=http://127.0.0.1:1", "--head-url=http://both.example:80"),
    ],
)
def test_commands_send_nothing_to_a_url_of_another_machine(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = ("--endpoint=/x",) if command[0] == "compare" else ()
    assert main([*command, *endpoint]) == 1
    assert SENT in capsys.readouterr().err


@pytest.mark.parametrize("owned", ["far.example", "both.example"])
def test_a_configured_host_is_owned_wherever_a_url_is_given(
    owned: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its own message said so, and the option alone was looked at."""
    text = PROJECT.format(target='command = ["x"]', upstream='upstream = "127.0.0.1:1"')
    (project / "windtunnel.toml").write_text(f'owned_hosts = ["{owned}"]\n' + text)
    urls = ("--base-url=http://far.example:80", "--head-url=http://far.example:1")
    compare = ("compare", "--budget=1", *urls)
    for command in (("load", "http://far.example/"), compare, (*compare, "--endpoint=/x")):
        with suppress(AssertionError):  # what was sent, `no_network` refuses
            main(command)
        assert (SENT in capsys.readouterr().err) is (owned != "far.example")


@pytest.mark.parametrize(
    ("target", "upstream", "place"),
    [
        ('address = "far.example:80"', 'upstream = "127.0.0.1:1"', "address = 'far.example:80'"),
        ('command = ["x"]', 'upstream = "far.example:80"', "dependencies.prices.upstream = 'far"),
    ],
)
def test_no_stack_leads_to_another_machine(
    target: str, upstream: str, place: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PROJECT.format(target=target, upstream=upstream)
    if "address" in target:
        text = text.replace("listen = 0", "listen = 4711").replace("environment", "#")
    (project / "windtunnel.toml").write_text(text)
    for command in (
        ("breaking-point", "latency", "prices", "--criterion", "p99<1s"),
        ("up", "--port=0"),
        ("breaker",),
        ("doctor",),
    ):
        assert main([*command, "--backend=embedded"]) == 1
        printed = "".join(capsys.readouterr())
        assert SENT in printed
        assert place in printed
    session = Session(directory=project, configuration=None, backend="embedded", seed=1)
    with pytest.raises(ConfigurationError, match=SENT):
        _ = session.backend
