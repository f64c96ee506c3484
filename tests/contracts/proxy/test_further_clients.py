"""Toxiproxy's clients for Node, Java, Rust and the Chaos Toolkit work unchanged on either server.

What each of them must see stands beside its program, and is the same for ours as for the real one.
"""

import json
import subprocess

import pytest

from tests.contracts.proxy.client_builds import (
    EXPECTED,
    HERE,
    WITNESSES,
    ClientWitness,
    is_built,
    missing,
    place,
)
from tests.contracts.proxy.servers import Server


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda witness: witness.folder)
def test_a_client_sees_what_the_real_server_shows(
    witness: ClientWitness, server: Server, echo: int
) -> None:
    if lacking := missing(witness):
        pytest.skip(f"{', '.join(lacking)} not on PATH")
    if not is_built(witness):
        pytest.skip(f"`python -m tests.contracts.proxy.client_builds` builds {witness.folder}")
    done = subprocess.run(
        [*witness.command.split(), f"127.0.0.1:{server.port}", f"127.0.0.1:{echo}"],
        cwd=place(witness),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    expected = json.loads((HERE / witness.folder / EXPECTED).read_text())
    assert json.loads(done.stdout) == expected
