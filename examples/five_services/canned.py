"""Serves a folder of canned answers: python canned.py HOST PORT FOLDER.

As `python -m http.server` does, but for many callers at once: that one lets five wait, and drops
the connections of all others for a second or more.
"""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Lets callers wait to be accepted."""

    request_queue_size = 128


class Answers(SimpleHTTPRequestHandler):
    """Keeps connections open."""

    protocol_version = "HTTP/1.1"


if __name__ == "__main__":
    host, port, folder = sys.argv[1:]
    Server((host, int(port)), partial(Answers, directory=folder)).serve_forever()
