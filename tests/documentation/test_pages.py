"""What the pages name is there: imports, options, commands, keys, and every public name."""

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from tests import public_signatures
from tests.documentation.pages import DOCS, ROOT, Block, blocks
from windtunnel import cli, entry_points
from windtunnel.configuration import Configuration, Dependency, Docker
from windtunnel.plugin.marker_words import LINES
from windtunnel.plugin.short_fixtures import FIXTURES

PAGES = sorted([*DOCS.rglob("*.md"), *(ROOT / "examples").glob("*/README.md"), *ROOT.glob("*.md")])
PUBLIC = DOCS / "reference" / "public.md"


def written(language: str) -> Iterator[Block]:
    """Give every block in a language, of every page."""
    for page in PAGES:
        yield from (block for block in blocks(page) if block.language == language)


def test_python_on_the_pages_imports_what_there_is() -> None:
    imported = 0
    for block in written("python"):
        if block.edit is not None or "--8<--" in block.text:
            continue
        for node in ast.walk(ast.parse(block.text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                ("windtunnel", "windtunnel_faults")
            ):
                module = importlib.import_module(node.module or "")
                for alias in node.names:
                    assert hasattr(module, alias.name), f"{block}: {node.module}.{alias.name}"
                    imported += 1
    assert imported


def test_toml_on_the_pages_has_keys_that_there_are() -> None:
    checked = 0
    for block in written("toml"):
        if block.title == "pyproject.toml" or "--8<--" in block.text:
            continue
        table = tomllib.loads(block.text)
        _known(block, table, Configuration)
        _known(block, table.get("docker", {}), Docker)
        for dependency in table.get("dependencies", {}).values():
            Dependency.model_validate(dependency)
            checked += 1
    assert checked


def _known(block: Block, table: dict[str, object], model: type[BaseModel]) -> None:
    assert set(table) <= set(model.model_fields), block


def test_commands_on_the_pages_have_options_that_there_are() -> None:
    lines = [
        (block, line)
        for block in (*written("console"), *written("sh"))
        for line in re.findall(r"^(?:\$ )?windtunnel .*", block.text, flags=re.MULTILINE)
    ]
    assert lines
    for block, line in lines:
        _, name, *words = line.removeprefix("$ ").partition("#")[0].split()
        command = cli.windtunnel.get_command(click.Context(cli.windtunnel), name)
        assert command is not None, f"{block}: {name}"
        known = {option for parameter in command.params for option in parameter.opts}
        for word in words:
            if word.startswith("-"):
                assert word.partition("=")[0] in known, f"{block}: {line}"


def test_options_of_pytest_on_the_pages_are_there(pytestconfig: pytest.Config) -> None:
    known = _options(pytestconfig)
    for page in [*PAGES, *(ROOT / "examples" / "ci").iterdir()]:
        for option in re.findall(r"--windtunnel-[a-z-]+", page.read_text(encoding="utf-8")):
            assert option in known, f"{page}: {option}"


def test_the_list_of_public_names_is_the_code(pytestconfig: pytest.Config) -> None:
    plugin = pytestconfig.pluginmanager.get_plugin("windtunnel")
    definition = "FixtureFunctionDefinition"
    for module in public_signatures.MODULES:
        assert _listed(module) == sorted(importlib.import_module(module).__all__), module
    prefixed = [name for name, each in vars(plugin).items() if type(each).__name__ == definition]
    assert _listed("Fixtures") == sorted([*prefixed, *FIXTURES])
    assert _listed("Markers") == sorted(re.split("[:(]", line)[0] for line in LINES)
    assert _listed("Options") == sorted(_options(pytestconfig))
    assert _listed("Commands") == sorted(cli.COMMANDS)
    assert _listed("Entry points") == sorted(
        value for name, value in vars(entry_points).items() if name.isupper()
    )


def _options(config: pytest.Config) -> set[str]:
    """Return the plugin's options, as pytest knows them."""
    options = vars(config._parser)["_groups"]
    [group] = [group for group in options if group.name == "windtunnel"]
    return {name for option in group.options for name in option.names()}


def _listed(heading: str) -> list[str]:
    """Return the names under a heading of the page of public names."""
    text = PUBLIC.read_text(encoding="utf-8")
    section = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert section, heading
    return re.findall(r"`([^`]+)`", section[1])


def test_pages_lead_to_files_that_there_are() -> None:
    """Links of pages outside of docs/, which the site's build does not read."""
    for page in PAGES:
        if page.is_relative_to(DOCS):
            continue
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert Path(page.parent, link).exists(), f"{page}: {link}"


def test_files_of_the_repository_that_pages_name_are_there() -> None:
    """Such as `tests/contracts/proxy/servers.py`; the changelog may name what was."""
    folders = "harness|faults|target|tests|docs|examples"
    named = 0
    for page in PAGES:
        if page.name == "CHANGELOG.md":
            continue
        for path in re.findall(rf"`((?:{folders})/[\w./-]*)`", page.read_text(encoding="utf-8")):
            assert (ROOT / path).exists(), f"{page}: {path}"
            named += 1
    assert named > 20


def test_files_that_pages_show_are_installed_with_them() -> None:
    """As `windtunnel docs` prints them; a formatter may spoil the line that names one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    shown = 0
    for page in DOCS.rglob("*.md"):
        for line in re.findall(r"(?m)^--8.*$", page.read_text(encoding="utf-8")):
            named = re.fullmatch(r'--8<-- "([^"]+)"', line)
            assert named, f"{page}: {line}"
            path = ROOT / named[1]
            assert path.is_file(), f"{page}: {line}"
            kept = [each for each in installed if path.is_relative_to(ROOT / each)]
            assert kept, f"{page}: {line}: not among the wheel's force-include"
            shown += 1
    assert shown > 5
