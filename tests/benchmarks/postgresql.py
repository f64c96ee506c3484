"""PostgreSQL read by statement, beside the same traffic as plain TCP: pgbench through our proxy.

    .venv/bin/python -m tests.benchmarks.postgresql [--rounds 5] [--seconds 4] [--clients 8]

Needs PostgreSQL's programs, pgbench too. All programs share the machine: on a busy one only the
processor times mean something.
"""

import argparse
import os
import re
import statistics
import subprocess
from pathlib import Path

from tests.contracts.proxy.servers import OURS, Server
from tests.protocols.postgresql.database_server import database_server, programs

MODES = ("simple", "extended", "prepared")


def transactions(port: int, mode: str, clients: int, seconds: int) -> float:
    """Return how many transactions a second pgbench made."""
    folder = programs()
    assert folder is not None
    command = [
        *(str(folder / "pgbench"), "-h", "127.0.0.1", "-p", str(port), "-U", "app", "-n", "-S"),
        *("-c", str(clients), "-T", str(seconds), "-M", mode, "postgres"),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def processor_time(pid: int) -> float:
    """Return the seconds of processor time that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure each of pgbench's modes by turns, and print the medians and their ratio."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.postgresql",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each run of pgbench")
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    print(f"load average before: {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores")
    with database_server("log_statement=none") as server:
        folder = programs()
        assert folder is not None
        made = ["-h", "127.0.0.1", "-p", str(server.port), "-U", "app", "-i", "-q", "postgres"]
        subprocess.run([str(folder / "pgbench"), *made], check=True, capture_output=True)
        proxies = {name: Server(OURS) for name in ("tcp", "postgresql")}
        try:
            ports = {
                name: proxy.proxy(server.port, protocol=name) for name, proxy in proxies.items()
            }
            for mode in MODES:
                rates: dict[str, list[float]] = {name: [] for name in proxies}
                costs: dict[str, list[float]] = {name: [] for name in proxies}
                for number in range(options.rounds):
                    for name in sorted(proxies, reverse=bool(number % 2)):
                        before = processor_time(proxies[name].process.pid)
                        rate = transactions(ports[name], mode, options.clients, options.seconds)
                        spent = processor_time(proxies[name].process.pid) - before
                        rates[name].append(rate)
                        costs[name].append(spent / (rate * options.seconds))
                plain, read = (statistics.median(rates[name]) for name in ("tcp", "postgresql"))
                own, ours = (statistics.median(costs[name]) for name in ("tcp", "postgresql"))
                print(
                    f"{mode:8} tcp {plain:6.0f}/s, postgresql {read:6.0f}/s: {read / plain:.2f};"
                    f" the proxy's processor time {own * 1e6:.0f} and {ours * 1e6:.0f} us each"
                )
        finally:
            for proxy in proxies.values():
                proxy.close()


if __name__ == "__main__":
    main()
