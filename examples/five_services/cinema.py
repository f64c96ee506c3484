"""A cinema of five programs: python cinema.py PROGRAM HOST PORT, or python cinema.py mailer.

web asks bookings and movies; bookings asks movies and payments; payments asks a bank, movies a
catalogue. The mailer sends what bookings leaves for it. MOVIES_BREAKER=off is a flaw: bookings then
waits for movies each time, however long it has been down.
"""

import json
import os
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TIMEOUT = 3.0 if sys.argv[1] == "web" else 1.0
FAILURES = 3
RECOVERY = 60.0
# The environment's proxy settings are for the world outside.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(name: str, path: str) -> dict:
    """Return what another program answers. Raises OSError."""
    url = os.environ[f"{name.upper()}_URL"]
    with opener.open(f"{url}{path}", timeout=TIMEOUT) as answer:
        return json.load(answer)


class Breaker:
    """Asks no more after some failures in a row, until the recovery time is over."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.failures = 0
        self.failed_at = 0.0

    def ask(self, name: str, path: str) -> dict:
        """Return what the program answers; OSError at once while it is known to fail."""
        with self.lock:
            recovers = time.monotonic() - self.failed_at > RECOVERY
            if self.failures >= FAILURES and not recovers:
                raise OSError(f"{name} fails")
        try:
            answer = ask(name, path)
        except OSError:
            with self.lock:
                self.failures += 1
                self.failed_at = time.monotonic()
            raise
        self.failures = 0
        return answer


breaker = Breaker()


def movie() -> dict:
    """Return the movie of a booking; without its title where movies does not answer."""
    guarded = os.environ.get("MOVIES_BREAKER") != "off"
    try:
        return breaker.ask("movies", "/title") if guarded else ask("movies", "/title")
    except OSError:
        return {"title": None}


ROUTES = {
    "web": {
        "/bookings": lambda: ask("bookings", "/last"),
        "/movies": lambda: ask("movies", "/title"),
    },
    "bookings": {
        "/last": lambda: {"movie": movie(), "paid": ask("payments", "/state")},
        "/outbox": lambda: {"mails": 1},
    },
    "movies": {"/title": lambda: ask("catalogue", "/film.json")},
    "payments": {"/state": lambda: ask("bank", "/account.json")},
}


class Answers(BaseHTTPRequestHandler):
    """Answers what the routes of this program say; 502 where what it asks does not answer."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        route = ROUTES[sys.argv[1]].get(self.path)
        status, found = 200, {"status": "ok"}
        try:
            if route:
                found = route()
        except OSError as error:
            status, found = 502, {"error": str(error)}
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Print nothing of each request."""


class Server(ThreadingHTTPServer):
    """Lets callers wait to be accepted."""

    request_queue_size = 128


def mail() -> None:
    """Send what bookings leaves, again and again."""
    print("the mailer is ready", flush=True)
    while True:
        try:
            ask("bookings", "/outbox")
        except OSError as error:
            print(f"later: {error}", flush=True)
        time.sleep(0.1)


if __name__ == "__main__":
    if sys.argv[1] == "mailer":
        mail()
    else:
        Server((sys.argv[2], int(sys.argv[3])), Answers).serve_forever()
