"""Runs MariaDB on the port that is asked for, on data that are made now and removed at the end."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

SCHEMA = """
CREATE DATABASE stock;
CREATE TABLE stock.items (number INT PRIMARY KEY, name VARCHAR(100), quantity INT);
INSERT INTO stock.items VALUES (1, 'anvil', 100000), (2, 'rocket', 100000);
CREATE TABLE stock.reservations (number INT AUTO_INCREMENT PRIMARY KEY, item INT, quantity INT);
"""


def main(host: str, port: str) -> int:
    """Serve until SIGTERM."""
    data = Path(tempfile.mkdtemp(prefix="stock-mariadb-"))
    # As root MariaDB wants to be told so; anybody else runs it as themselves.
    user = ["--user=root"] if os.geteuid() == 0 else []
    # By SystemExit, so that what follows is undone.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        make = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db", *user]
        subprocess.run([*make, "--auth-root-authentication-method=normal"], check=True)
        (data / "schema.sql").write_text(SCHEMA)
        settings = [f"--datadir={data}", f"--bind-address={host}", f"--port={port}", *user]
        own = [f"--socket={data}/socket", f"--pid-file={data}/pid", "--skip-grant-tables"]
        first = f"--init-file={data}/schema.sql"
        command = ["mariadbd", "--no-defaults", *settings, *own, "--skip-name-resolve", first]
        server = subprocess.Popen(command)
        try:
            return server.wait()
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(data)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
