"""A dependency over TLS that answers callers with a certificate, by its name.

`python certain_prices.py PORT FOLDER`, with its own certificate in `dependency.pem` there and its
callers' authority in `clients-ca.pem`.
"""

import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Prices(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.connection, ssl.SSLSocket)
        body = str((self.connection.getpeercert() or {})["subjectAltName"]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None: ...


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "dependency.pem")
    context.load_verify_locations(folder / "clients-ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    server = ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Prices)  # noqa: S104 - in a container
    # The handshake belongs to the thread of its connection.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.serve_forever()
