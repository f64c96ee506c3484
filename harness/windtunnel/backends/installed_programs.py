"""The programs of the backend local, where they are installed."""

import os
import shutil

from windtunnel.errors import BackendUnavailable


def missing_programs() -> tuple[str, ...]:
    """Return which of toxiproxy-server and redis-server are not installed."""
    found = (("toxiproxy-server", _toxiproxy()), ("redis-server", shutil.which("redis-server")))
    return tuple(name for name, path in found if path is None or shutil.which(path) is None)


def find_programs() -> tuple[str, str]:
    """Return the paths of toxiproxy-server and redis-server; BackendUnavailable if one misses."""
    toxiproxy, redis, missing = _toxiproxy(), shutil.which("redis-server"), missing_programs()
    if toxiproxy is None or redis is None or missing:
        raise BackendUnavailable(
            f"the backend local needs {' and '.join(missing)} on PATH; install them,"
            " or use --windtunnel-backend=embedded, which needs neither"
        )
    return toxiproxy, redis


def _toxiproxy() -> str | None:
    return os.environ.get("WINDTUNNEL_TOXIPROXY") or shutil.which("toxiproxy-server")
