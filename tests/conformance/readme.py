"""The parts of the README beside this file that commands make, each between two marks."""

from pathlib import Path

README = Path(__file__).with_name("README.md")


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def part(name: str) -> str:
    """Return what a command has put there."""
    begin, end = _marks(name)
    return README.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0]


def put(name: str, text: str) -> None:
    """Put a command's result in the place of its last one."""
    begin, end = _marks(name)
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    README.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
