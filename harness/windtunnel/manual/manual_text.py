"""Finds the pages, and fills in what the built site takes from elsewhere."""

import re
from pathlib import Path

import click

import windtunnel
from windtunnel.errors import ConfigurationError, suggestion
from windtunnel.manual.described import described, described_commands

PACKAGE = Path(windtunnel.__file__).parent
_DIRECTIVE = re.compile(r"^::: (\S+)\n((?:[ \t]+\S.*\n)*)", re.MULTILINE)
_SNIPPET = re.compile(r'^--8<-- "([^"]+)"$', re.MULTILINE)
COMMANDS = "mkdocs-click"


def names() -> dict[str, str]:
    """Return the names of the pages, each with its title: the last part is enough of a name."""
    return {name: _title(path) for name, path in _pages().items()}


def page(name: str, commands: click.Group) -> str:
    """Return a page as text; ConfigurationError where there is none of that name.

    `commands` are those that the page of the commands is about.
    """
    known = _pages()
    # The reference first, where two pages have the same last part.
    order = sorted(known, key=lambda each: not each.startswith("reference/"))
    found = known.get(name) or next((known[n] for n in order if n.endswith(f"/{name}")), None)
    if found is None:
        short = [each.rpartition("/")[2] for each in known]
        raise ConfigurationError(f"no page {name!r}{suggestion(name, short)}")

    def filled(directive: "re.Match[str]") -> str:
        is_of_commands = directive[1] == COMMANDS
        return described_commands(commands) if is_of_commands else described(directive[1])

    text = _DIRECTIVE.sub(filled, found.read_text(encoding="utf-8"))
    return _SNIPPET.sub(_taken, text)


def _folder() -> Path:
    """Return where the pages are: in the package, or in the source tree that it is used from."""
    source = PACKAGE.parent.parent / "docs"
    return source if (source.parent / "mkdocs.yml").is_file() else PACKAGE / "pages"


def _pages() -> dict[str, Path]:
    folder = _folder()
    found = {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for path in sorted(folder.rglob("*.md"))
    }
    if not found:
        raise ConfigurationError(f"{folder}: this installation has no pages")
    return found


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        return next((line[1:].strip() for line in lines if line.startswith("# ")), path.stem)


def _taken(snippet: "re.Match[str]") -> str:
    folder = _folder()
    for start in (folder.parent, folder / "snippets"):
        if (start / snippet[1]).is_file():
            return (start / snippet[1]).read_text(encoding="utf-8").rstrip("\n")
    return f"(the file {snippet[1]} of the source)"
