"""fakeredis's TCP server as a program: `python -m windtunnel.backends.fake_redis --port P`."""

import argparse
import signal
import sys
from types import FrameType

from fakeredis import TcpFakeServer


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server = TcpFakeServer((arguments.host, arguments.port), server_type="redis")
    server.daemon_threads = True
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
