"""Stands in for a partner's API: python partner.py HOST PORT.

A POST is answered with 201 and an id. A second one with the same Idempotency-Key gets the same id.
"""

import itertools
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

numbers = itertools.count(1)
answers: dict[str, bytes] = {}


class Server(ThreadingHTTPServer):
    """Lets callers wait to be accepted."""

    request_queue_size = 128


class Partner(BaseHTTPRequestHandler):
    """Does what it is asked once for each key."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Say that it is there."""
        self.answer(200, b"{}")

    def do_POST(self) -> None:
        """Do it, or remember that it is done."""
        self.rfile.read(int(self.headers["Content-Length"]))
        made = json.dumps({"id": next(numbers)}).encode()
        self.answer(201, answers.setdefault(self.headers["Idempotency-Key"], made))

    def answer(self, status: int, body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    Server((sys.argv[1], int(sys.argv[2])), Partner).serve_forever()
