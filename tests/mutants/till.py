"""Sound: it charges each order once, by a key that it keeps when it tries again.

`python -m tests.mutants.till --host 127.0.0.1 --port 8080`, with the payment's address in PAYMENT.
"""

import http.client
import json
import os
import sys
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ATTEMPTS = 3
PATIENCE = 20.0
"""Seconds that it waits for the payment."""


class Till(BaseHTTPRequestHandler):
    """Takes orders, and has each charged."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(200)

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["id"]
        self.answer(201 if self.charge(order) else 503, order)

    def charge(self, order: str) -> bool:
        """Return whether the order is charged."""
        key = uuid.uuid4().hex
        return any(self.attempt(order, self.key_for(key)) for _ in range(ATTEMPTS))

    def key_for(self, key: str) -> str:
        """Return the key of one attempt for an order with this key."""
        return key

    def attempt(self, order: str, key: str) -> bool:
        """Return whether the payment says that it charged."""
        connection = http.client.HTTPConnection(os.environ["PAYMENT"], timeout=PATIENCE)
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        try:
            body = json.dumps({"order": {"id": order}, "amount": 7})
            connection.request("POST", "/charges", body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return answer.status < 300

    def answer(self, status: int, order: str = "") -> None:
        body = json.dumps({"id": order}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Order-Id", order)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *ignored: object) -> None:
        """Stay silent."""


def serve(till: type[Till]) -> None:
    """Serve at the address of the command line."""
    given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    ThreadingHTTPServer((given["--host"], int(given["--port"])), till).serve_forever()


if __name__ == "__main__":
    serve(Till)
