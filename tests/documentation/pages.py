"""Reads a page as its reader does: files to save or to change, commands to run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_TITLE = re.compile(r'title="([^"]*)"')
_EDIT = re.compile(
    r"<!-- (?P<file>\S+): (?:at the end|(?P<how>in place of|before) the"
    r' (?:line with|(?P<lines>\d+) lines from) "(?P<mark>.*)") -->'
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    title: str
    """The file that it is, or is part of; empty for none."""
    text: str
    edit: re.Match[str] | None = None
    """Where it belongs in that file, from the comment before the block; None: it is all of it."""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a console block, and what the page says that it prints."""

    line: str
    printed: str


def blocks(page: Path) -> Iterator[Block]:
    """Give a page's fenced blocks, in order."""
    edit = None
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "html_block":
            edit = _EDIT.match(token.content)
        if token.type != "fence":
            continue
        language, _, rest = token.info.partition(" ")
        title = _TITLE.search(rest)
        yield Block(
            page=page.relative_to(ROOT).as_posix(),
            line=(token.map or [0])[0] + 1,
            language=language,
            title=title[1] if title else "",
            text=token.content,
            edit=edit,
        )
        edit = None


def save(block: Block, folder: Path) -> None:
    """Save a block as the file of its title, or change that file as the page says."""
    path = folder / block.title
    path.parent.mkdir(exist_ok=True)
    if block.edit is None:
        path.write_text(block.text, encoding="utf-8")
        return
    assert block.edit["file"] == block.title, block
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = len(lines)
    removed = 0
    if block.edit["how"]:
        [place] = [n for n, line in enumerate(lines) if block.edit["mark"] in line]
    if block.edit["how"] == "in place of":
        removed = int(block.edit["lines"] or 1)
    lines[place : place + removed] = ["\n\n" if place == len(lines) else "", block.text]
    path.write_text("".join(lines), encoding="utf-8")


def commands(block: Block) -> list[Command]:
    """Return the commands of a console block: each line after a "$ " and what follows it."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [Command(*part.split("\n", 1)) for part in parts]


def matches(printed: str, output: str) -> bool:
    """Whether `output` holds what a page shows: its lines, or parts of them, in that order.

    A line "…" on the page stands for any lines, and "…" in a line for anything within it.
    """
    stretches: list[list[re.Pattern[str]]] = [[]]
    for line in printed.strip("\n").split("\n"):
        if line == "…":
            stretches.append([])
        else:
            stretches[-1].append(re.compile(".*?".join(map(re.escape, line.split("…")))))
    lines = output.split("\n")
    place = 0
    for stretch in stretches:
        while not all(p.search(line) for p, line in zip(stretch, lines[place:], strict=False)):
            place += 1
        if place + len(stretch) > len(lines):
            return False
        place += len(stretch)
    return True
