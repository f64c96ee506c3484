"""A new connection through our proxy costs what it costs over a network that delays packets."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.alone

ROOT = Path(__file__).parents[2]


def why_not() -> str:
    """Return why no delayed network can be made here, or ""."""
    if os.geteuid() != 0:
        return "a network namespace needs root"
    for program in ("unshare", "ip", "tc"):
        if shutil.which(program) is None:
            return f"{program} is not on PATH"
    if subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode:
        return "this system makes no network namespaces"
    return ""


@pytest.mark.alone
@pytest.mark.skipif(bool(why_not()), reason=why_not() or "it can be made")
@pytest.mark.parametrize("milliseconds", [2, 20, 50])
def test_new_and_reused_connections_cost_what_a_real_network_makes_them_cost(
    milliseconds: int, record_property: Callable[[str, object], None]
) -> None:
    """Within 1 ms or 5 %, whichever is more: a handshake and an exchange, or the exchange alone.

    The report says what was compared with: `netem`, or `tun` on a kernel without it.
    """
    program = Path(__file__).with_name("delayed_network.py")
    done = subprocess.run(
        ["unshare", "--net", sys.executable, str(program), str(milliseconds)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["means"] in {"netem", "tun"}
    record_property("compared with", found["means"])
    for kind, round_trips in (("new", 2), ("reused", 1)):
        network, proxy = found[kind]["network"], found[kind]["proxy"]
        assert network >= round_trips * milliseconds / 1000, f"{found['means']} delayed nothing"
        assert abs(proxy - network) <= max(0.001, 0.05 * network), found
