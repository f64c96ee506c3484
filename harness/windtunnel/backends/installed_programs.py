"""The programs of the backend local, where they are installed."""

import os
import shutil

from windtunnel.errors import BackendUnavailable


def find_programs() -> tuple[str, str]:
    """Return the paths of toxiproxy-server and redis-server; BackendUnavailable if one misses."""
    toxiproxy = os.environ.get("WINDTUNNEL_TOXIPROXY") or shutil.which("toxiproxy-server")
    redis = shutil.which("redis-server")
    missing = [
        name
        for name, path in (("toxiproxy-server", toxiproxy), ("redis-server", redis))
        if path is None or shutil.which(path) is None
    ]
    if toxiproxy is None or redis is None or missing:
        raise BackendUnavailable(
            f"the backend local needs {' and '.join(missing)} on PATH; install them,"
            " or use --windtunnel-backend=embedded, which needs neither"
        )
    return toxiproxy, redis
