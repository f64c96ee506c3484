"""Remove what a run left in Docker: `python -m windtunnel.backends.docker.sweep RUN`."""

import sys

from windtunnel.backends.docker.docker_engine import DockerEngine


def main() -> int:
    """Remove the containers and networks labelled with the run; exit status 0."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m windtunnel.backends.docker.sweep RUN\n")
        return 2
    engine = DockerEngine(sys.argv[1])
    try:
        engine.sweep()
    finally:
        engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
