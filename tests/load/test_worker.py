"""A worker does nothing that holds up its own requests while it sends."""

import subprocess
import sys

WORKER = """
import sys, threading, time
from windtunnel.load import arrivals
from windtunnel.load.destination import locate
from windtunnel.load.mix import Mix
from windtunnel.requests.request_value import Request
from windtunnel.load.plan import LoadPlan
from windtunnel.load.worker import Progress, Ready, Results, work

class Pipe:
    has_start = False
    def send(self, message):
        if isinstance(message, Ready):
            self.before = set(sys.modules)
        elif isinstance(message, Progress):
            self.seen = message
            self.meanwhile = set(sys.modules) - self.before
    def send_bytes(self, data): pass
    def recv(self):
        if self.has_start:
            threading.Event().wait()
        self.has_start = True
        return time.monotonic()
    def close(self): pass

destination, path = locate(sys.argv[1])
pipe = Pipe()
work(LoadPlan(destination=destination, mix=Mix((Request(path=path),)), seconds=1.3,
    arrivals=arrivals.constant(50, 1.3)), pipe)
assert pipe.seen.requests and pipe.seen.latest and pipe.seen.median > 0, pipe.seen
print(*sorted(pipe.meanwhile))
"""


def test_nothing_is_imported_while_requests_are_sent(server_url: str) -> None:
    """An import takes milliseconds, and every request that is due meanwhile would look slow."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER, server_url], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
