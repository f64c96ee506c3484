"""A service that answers each request with its name."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(sys.argv[1].encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 8080), Answers).serve_forever()  # noqa: S104 - in a container
