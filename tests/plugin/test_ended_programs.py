"""A target or dependency that ends by itself ends its test as an error with its last words."""

import sys
from pathlib import Path

import pytest

SERVICE = """
import http.server, os, sys, threading, urllib.request

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/x":
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(os.environ["P"]).read()
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
        if self.path == "/end" or (self.path == "/" and os.path.exists("end-prices")):
            self.wfile.flush()
            print("fatal: out of licences", flush=True)
            os._exit(7)

    def log_message(self, *args):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
CONFIGURATION = """
command = ["{python}", "service.py", "{port}"]
health = "/health"
endpoints = ["/x"]

[dependencies.prices]
protocol = "http"
command = ["{python}", "service.py", "{port}"]
environment = { P = "http://{address}/" }
endpoint = "/x"
"""
TESTS = """
import pathlib
import time

import pytest
from windtunnel import Kill, all_answered

def settled(stack):
    # Until the keeper has seen the end.
    until = time.monotonic() + 10
    while not stack.backend.ended_programs() and time.monotonic() < until:
        time.sleep(0.05)

def test_driven(stack, judge):
    stack.get("/end")
    settled(stack)
    judge(all_answered(stack.drive("/x", requests=3), within=1))

def test_judged(stack, judge):
    run = stack.drive("/x", requests=3)
    stack.get("/end")
    settled(stack)
    judge(all_answered(run, within=5))

@pytest.mark.criterion("all_answered", within=5)
def test_marked(stack):
    stack.drive("/x", requests=3)
    stack.get("/end")
    settled(stack)

def test_a_kill_by_a_fault_is_none(stack, judge):
    with stack.inject(Kill("prices")):
        stack.drive("/x", requests=2)
    judge(all_answered(stack.drive("/x", requests=20), within=5))

def test_of_a_dependency(stack):
    pathlib.Path("end-prices").touch()
    stack.get("/x")
    settled(stack)
    stack.drive("/health", requests=1)
"""


@pytest.mark.slow
@pytest.mark.busy
def test_what_ended_by_itself_ends_the_test(pytester: pytest.Pytester) -> None:
    Path("service.py").write_text(SERVICE)
    Path("windtunnel.toml").write_text(CONFIGURATION)
    pytester.makepyfile(TESTS)
    result = pytester.run(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly"),
        "--windtunnel-backend=embedded",
    )
    result.assert_outcomes(passed=1, failed=4)
    for name in ("target-1", "prices"):
        result.stdout.fnmatch_lines(
            [f"{name} ended by itself with exit status 7", "*fatal: out of licences"]
        )
    result.stdout.no_fnmatch_line("*refused*")
