# noqa: INP001 - a script that images copy, not a module of the package
"""Ask the program in this container for a path: exit status 0 on 200, else 1 and one line.

    python -I -S healthcheck.py PORT PATH

A plain socket instead of an HTTP library: the engine runs this every second, on the same
processors that are being measured, and an HTTP library takes several times as long to import.
"""

import socket
import sys

DEADLINE = 1.0
"""Seconds for the connection, and again for each read."""


def main() -> int:
    """Return the exit status for the engine."""
    _, port, path = sys.argv
    request = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode()
    try:
        with socket.create_connection(("127.0.0.1", int(port)), DEADLINE) as connection:
            connection.sendall(request)
            status = connection.makefile("rb").readline().split()[1:2]
    except OSError as error:
        print(f"no answer from port {port}: {error}")
        return 1
    if status != [b"200"]:
        print(f"expected status 200 for {path}, found {status}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
