"""The runner's log: silent by default, and on demand what is started, injected, healed, awaited."""

import logging
import subprocess
import sys
from typing import cast

import click
import pytest
from click.testing import CliRunner

from windtunnel.backends.embedded import EmbeddedBackend
from windtunnel.commands.verbose import VERBOSE
from windtunnel.configuration import parse
from windtunnel.injected_fault import Injection
from windtunnel.records import Evidence
from windtunnel_faults import Fault, Outage

TABLE = {
    "command": ["true"],
    "endpoints": ["/"],
    "dependencies": {
        "prices": {
            "upstream": "127.0.0.1:1",
            "environment": {"PRICES": "{address}"},
            "endpoint": "/",
        }
    },
}


class Willing:
    """A backend in which every fault is a matter of words."""

    lapses = 0

    def inject(self, fault: Fault) -> None:
        pass

    def heal(self, fault: Fault) -> None:
        pass


def test_a_start_shows_each_command_with_its_address_and_what_was_waited_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "windtunnel")
    backend = EmbeddedBackend(parse(TABLE, "x"), run="cafe", seed=7)
    try:
        backend.start()
        address = backend.tap.address
    finally:
        backend.stop()
    began, command, waited, ended = caplog.messages
    assert began == "starting the backend embedded, run cafe"
    assert command.startswith(f"starting tap: {sys.executable} -P -m windtunnel.proxy")
    assert f"--port {address.port} --seed 7" in command
    assert waited.startswith(f"tap on {address} serves after ")
    assert " (before: " in waited
    assert ended == "stopped the backend embedded, run cafe"


def test_an_injection_shows_its_fault_and_how_long_it_was_in_force(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "windtunnel")
    injection = Injection(
        cast("EmbeddedBackend", Willing()),
        Outage("prices"),
        lambda _: None,
        evidence=lambda name, since: Evidence(dependency=name, at=since),
    )
    injection.__enter__()
    injection.heal()
    injection.heal()
    assert caplog.messages[0] == "injected Outage(dependency='prices')"
    assert caplog.messages[1].startswith("healed Outage(dependency='prices') after 0.")
    assert len(caplog.messages) == 2


def test_nothing_is_shown_to_a_program_that_configured_no_logging() -> None:
    program = "import logging, windtunnel; logging.getLogger('windtunnel.backends').warning('loud')"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")


@click.command
@VERBOSE
def command() -> None:
    """Say something."""
    logging.getLogger("windtunnel.backends").info("starting %s", "tap")


def test_a_command_shows_the_log_where_it_is_asked_to_and_only_as_long_as_it_runs() -> None:
    before = logging.getLogger("windtunnel").handlers[:]
    assert CliRunner().invoke(command, []).stderr == ""
    assert CliRunner().invoke(command, ["-v"]).stderr.endswith(" starting tap\n")
    assert CliRunner().invoke(command, []).stderr == ""
    assert logging.getLogger("windtunnel").handlers == before
