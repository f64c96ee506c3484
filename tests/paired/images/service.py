"""A service that asks its dependency as often as its image says, and the dependency."""

import os
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Stock(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece: the second would wait for the first's receipt

    def do_GET(self) -> None:
        if self.path == "/stock":
            for _ in range(int(os.environ["CALLS"])):
                with urllib.request.urlopen(os.environ["CATALOG"]) as answer:  # noqa: S310 - ours
                    answer.read()
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Stock).serve_forever()  # noqa: S104 - inside
