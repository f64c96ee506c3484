"""What a program of a run printed last."""

from pathlib import Path


def log_tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, indented, under a heading."""
    try:
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        last = []
    if not last:
        return f"its log ({log}) is empty"
    return "\n".join([f"the last lines of its log ({log}):", *(f"  {line}" for line in last)])
