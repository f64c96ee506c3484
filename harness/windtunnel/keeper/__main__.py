"""Run the keeper: `python -m windtunnel.keeper RUN_ID RUN_DIRECTORY`, requests on stdin."""

import asyncio
import sys
from pathlib import Path

from windtunnel.keeper.process_keeper import keep


def main() -> int:
    """Keep until standard input ends; exit status 0, or 2 on wrong arguments."""
    if len(sys.argv) != 3:
        sys.stderr.write("usage: python -m windtunnel.keeper RUN_ID RUN_DIRECTORY\n")
        return 2
    asyncio.run(keep(sys.argv[1], Path(sys.argv[2])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
