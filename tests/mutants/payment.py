"""What the tills charge at: it honours keys, and counts its charges at /charges."""

import itertools
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCK = threading.Lock()
CHARGES: dict[str, str] = {}
"""The order of each charge, by its key."""
NUMBERS = itertools.count()


class Payment(BaseHTTPRequestHandler):
    """Charges once for each key, and each time without one."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with LOCK:
            self.answer(list(CHARGES.values()))

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["order"]["id"]
        with LOCK:
            key = self.headers.get("Idempotency-Key") or f"none {next(NUMBERS)}"
            CHARGES.setdefault(key, order)
        self.answer({}, 201)

    def answer(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *ignored: object) -> None:
        """Stay silent."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Payment).serve_forever()
