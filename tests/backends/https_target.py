"""A service that calls its one dependency over HTTPS, once a request, and falls back by saying why.

`python https_target.py PORT [HOST]`, with PRICES_URL and the file CA of the authority to trust; in
CLIENT a file of the certificate, with its key, that it shows the dependency.
"""

import os
import ssl
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTEXT = ssl.create_default_context(cafile=os.environ["CA"])
if "CLIENT" in os.environ:
    CONTEXT.load_cert_chain(os.environ["CLIENT"])


class Orders(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._answer(b"ok")
            return
        try:
            with urllib.request.urlopen(  # noqa: S310 - the configured dependency
                f"{os.environ['PRICES_URL']}/agents", timeout=5, context=CONTEXT
            ) as found:
                self._answer(found.read())
        except OSError as error:
            self._answer(str(error).encode(), fallback="prices")

    def _answer(self, body: bytes, fallback: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if fallback:
            self.send_header("X-Fallback", fallback)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None: ...


HOST = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
ThreadingHTTPServer((HOST, int(sys.argv[1])), Orders).serve_forever()
