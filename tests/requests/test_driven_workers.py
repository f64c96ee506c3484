"""A worker that serves nothing is driven by what it reads: a journey publishes, and waits."""

import time
from collections.abc import Callable, Iterator

import pytest
import redis

from windtunnel import HttpStatus, Ruling, all_answered, calls_per_request
from windtunnel.session import Session
from windtunnel.stack import Stack

WORKER = """
import http.server, os, sys, time, urllib.error, urllib.request
import redis

def mails():
    class Mails(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *ignored):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Mails).serve_forever()

def work():
    host, _, port = os.environ["QUEUE"].partition(":")
    queue = redis.Redis(host, int(port), socket_timeout=None)
    print("ready", flush=True)
    while True:
        _, job = queue.brpop("mails")
        while True:
            try:
                urllib.request.urlopen(os.environ["MAILS"] + "/send", timeout=5).read()
                queue.sadd("sent", job)
                break
            except OSError:
                if os.environ.get("FLAW") == "forgets":
                    break
                time.sleep(0.05)

mails() if sys.argv[1] == "mails" else work()
"""
CONFIGURATION = """
control_period = 0

[programs.worker]
command = ["{python}", "worker.py", "work"]
ready = { log = "ready" }

[dependencies.queue]
protocol = "redis"
environment = { QUEUE = "{address}" }
ignore = ["BRPOP"]

[dependencies.mails]
protocol = "http"
command = ["{python}", "worker.py", "mails", "{port}"]
environment = { MAILS = "http://{address}" }
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("worker")
    (folder / "worker.py").write_text(WORKER)
    (folder / "windtunnel.toml").write_text(CONFIGURATION)
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    try:
        stack = session.stack("test", {}, lambda verdict: None)
        yield stack
        stack.close()
    finally:
        session.close()


def mailing(stack: Stack, within: float) -> Callable[[int], None]:
    """Return a journey that mails, and returns when the mail is sent."""
    place = stack.address("queue")

    def mail(number: int) -> None:
        with redis.Redis(place.host, place.port) as queue:
            queue.flushall()
            queue.lpush("mails", number)
            until = time.monotonic() + within
            while not queue.sismember("sent", str(number)):
                assert time.monotonic() < until, f"not sent within {within:g} s"
                time.sleep(0.01)

    return mail


def test_each_message_is_done_and_the_taps_see_what_the_worker_calls(stack: Stack) -> None:
    with stack.target() as worker:
        run = worker.drive(mailing(stack, 20), requests=20)
    assert [each.answer for each in run.responses] == ["done"] * 20
    assert all_answered(run, within=20)
    assert len(run.at("mails").exchanges) == 20
    assert calls_per_request(run, "mails", at_most=1)


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.parametrize(("flaw", "ruling"), [("", Ruling.PASS), ("forgets", Ruling.FAIL)])
def test_a_worker_that_forgets_a_message_fails(stack: Stack, flaw: str, ruling: Ruling) -> None:
    with stack.target(FLAW=flaw) as worker, stack.inject(HttpStatus("mails", 503, first=2)):
        run = worker.drive(mailing(stack, 20 if not flaw else 1), requests=20)
    found = all_answered(run, within=20)
    assert found.ruling is ruling
    assert found.value == (2.0 if flaw else 0.0)
    if flaw:
        assert run.responses[0].answer == "journey failed: AssertionError: not sent within 1 s"
