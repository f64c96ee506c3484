"""Our proxy against its claims, with a verdict on each.

    .venv/bin/python -m tests.benchmarks.proxy [PART ...] [--rounds 9] [--seconds 2] [--json FILE]

The parts are throughput, latency, bandwidth, connections and cycles; without any, all are run, in
about seven minutes. They need nginx and wrk on PATH, and throughput needs toxiproxy-server too (or
WINDTUNNEL_TOXIPROXY). Everything is on loopback, and all programs share the machine's cores: on a
busy machine only the ratios and the processor times mean something.
"""

import argparse
import json
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.proxy import endurance, exactness, throughput
from tests.benchmarks.proxy.claims import HEADING, Claim
from tests.benchmarks.proxy.ends import Way, nginx

Part = Callable[[Way], Iterator[Claim]]


def parts(options: argparse.Namespace) -> dict[str, Part]:
    """Return what can be measured."""
    order = random.Random(options.seed)  # noqa: S311 - replayable, not secret
    return {
        "throughput": lambda way: throughput.measure(way, options.rounds, options.seconds, order),
        "latency": lambda way: exactness.latency(way, options.rounds, order),
        "bandwidth": lambda way: exactness.bandwidth(max(1, options.rounds // 2)),
        "connections": endurance.connections,
        "cycles": endurance.cycles,
    }


def main() -> int:
    """Measure and print; exit status 1 where a claim failed or a program is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.proxy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=2, help="of each run of wrk")
    parser.add_argument("--seed", type=int, default=0, help="of the order in each round")
    parser.add_argument("--json", type=Path, help="a file for what each round found")
    options = parser.parse_args()
    known = parts(options)
    chosen = options.parts or list(known)
    for part in chosen:
        if part not in known:
            parser.error(f"no such part: {part}; expected {', '.join(known)}")
    needed = ["nginx", "wrk"]
    if "throughput" in chosen:
        needed.append(os.environ.get("WINDTUNNEL_TOXIPROXY") or "toxiproxy-server")
    missing = [name for name in needed if shutil.which(name) is None]
    if missing:
        sys.stderr.write(f"not on PATH: {', '.join(missing)}\n")
        return 1
    # A busy machine is no reason for a verdict, and its readers must know of it.
    print(f"load average before: {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores")
    claims: list[Claim] = []
    with nginx() as upstream:
        for part in chosen:
            claims.extend(known[part](upstream))
    print(f"\n{HEADING}")
    for claim in claims:
        print(claim)
    if options.json:
        content = [asdict(claim) | {"verdict": claim.verdict} for claim in claims]
        options.json.write_text(json.dumps(content, indent=2))
    return int(any(claim.verdict == "FAIL" for claim in claims))


if __name__ == "__main__":
    sys.exit(main())
