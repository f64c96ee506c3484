"""Runs PostgreSQL on the port that is asked for, on data that are made now and removed at the end.

PostgreSQL refuses to run as root: as root it is run as the user `postgres`, whom its package made.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path


def programs() -> Path:
    """Return the folder of initdb and postgres; Debian keeps it away from PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not versions:
        sys.exit("postgresql.py: found no initdb on PATH or in /usr/lib/postgresql")
    return versions[-1].parent


def main(host: str, port: str) -> int:
    """Serve until SIGTERM."""
    user = "postgres" if os.geteuid() == 0 else None
    data = tempfile.mkdtemp(prefix="payouts-postgresql-")
    if user:
        shutil.chown(data, user)
    # By SystemExit, so that what follows is undone.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        initdb = [programs() / "initdb", "--pgdata", data, "--username", "payouts", "--no-sync"]
        subprocess.run([*initdb, "--auth", "trust"], check=True, user=user, cwd=data)
        settings = ["-h", host, "-p", port, "-k", data, "-c", "fsync=off"]
        server = subprocess.Popen(
            [programs() / "postgres", "-D", data, *settings], user=user, cwd=data
        )
        try:
            return server.wait()
        finally:
            # PostgreSQL's "fast" shutdown: it does not wait for its clients to leave.
            server.send_signal(signal.SIGINT)
            server.wait()
    finally:
        shutil.rmtree(data)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
