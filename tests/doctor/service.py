"""A service that reaches its dependencies as its endpoints' names say."""

import os
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status = {"/broken": 500, "/missing": 404, "/refused": 401}.get(self.path, 200)
        if self.path == "/through":
            fetch(os.environ["THROUGH_URL"])
        if self.path == "/past":
            fetch(f"http://127.0.0.1:{sys.argv[2]}")
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        sys.stderr.write(f"asked for {self.path}\n")


def fetch(url: str) -> None:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - of the test
        answer.read()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Service).serve_forever()
