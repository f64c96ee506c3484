"""What every pytest session pays for windtunnel being installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sample import configure

HEAVY = ("asyncio", "click", "docker", "numpy", "redis", "requests", "rich", "scipy", "uvloop")
SESSION = """
import sys
from pathlib import Path
import windtunnel.plugin
from windtunnel.session import Session
print(Session(directory=Path.cwd(), configuration=None, backend={backend!r}, seed=1))
print([name for name in {heavy} if name in sys.modules])
"""


@pytest.mark.parametrize("backend", ["embedded", "local", "docker"])
def test_a_session_that_uses_nothing_loads_no_library_that_takes_long(
    tmp_path: Path, backend: str
) -> None:
    """The plugin and its session need none of them before a test asks for its stack."""
    file = configure(tmp_path)
    file.write_text('service = "target"\n' + file.read_text())
    code = SESSION.format(heavy=HEAVY, backend=backend)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [f"<Session on {backend}, seed 1, not started>", "[]"]
