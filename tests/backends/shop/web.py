"""The shop: each path asks one dependency, which it knows by the name in the compose file."""

import os
import socket
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def asked(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - a URL of the test's own
        return bytes(answer.read())


def cached() -> bytes:
    host, _, port = os.environ["CACHE"].partition(":")
    with socket.create_connection((host, int(port)), timeout=2) as redis:
        redis.sendall(b"PING\r\n")
        return redis.recv(64)


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        try:
            body = self._body()
        except OSError as error:
            self.send_response(502)
            body = str(error).encode()
        else:
            self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        name = self.path.strip("/")
        if name == "health":
            return b"well"
        return cached() if name == "cache" else asked(os.environ[name.upper()])


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 8080), Shop).serve_forever()  # noqa: S104 - in a container
