"""The map keeps step with the tree: files, names, folders and the glossary's classes are there."""

import importlib
import re
from collections.abc import Iterator

import pytest

from tests.documentation.pages import DOCS, ROOT

MAP = DOCS / "explanation" / "architecture.md"
PACKAGE = ROOT / "harness" / "windtunnel"

_CODE = re.compile(r"`([^`\n]+)`")
_FILE = re.compile(r"[\w./-]+(?:\.(?:py|toml|md|yml|tsv)|/)")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\(\))?")


def section(heading: str) -> str:
    """Return what stands under a heading of the map."""
    text = MAP.read_text(encoding="utf-8")
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def steps() -> Iterator[tuple[str, list[str], list[str]]]:
    """Give each step of a walk: its text, the files and the names in it."""
    for step in re.findall(r"^\d+\. (.*)$", section("Four walks"), re.MULTILINE):
        code = _CODE.findall(step)
        files = [each for each in code if _FILE.fullmatch(each)]
        names = [each for each in code if each not in files and _NAME.fullmatch(each)]
        yield step, files, names


def test_every_file_that_the_map_names_is_there() -> None:
    named = [each for each in _CODE.findall(MAP.read_text()) if _FILE.fullmatch(each)]
    assert len(named) > 50
    gone = [each for each in named if not any((base / each).exists() for base in (ROOT, PACKAGE))]
    assert not gone


def test_every_step_of_a_walk_names_a_file_and_what_is_in_it() -> None:
    walked = list(steps())
    assert len(walked) > 20
    for step, files, names in walked:
        assert files, step
        texts = [text for file in files for text in _texts(file)]
        for name in names:
            last = name.removesuffix("()").rpartition(".")[2]
            assert any(re.search(rf"\b{last}\b", text) for text in texts), f"{name} in: {step}"


def _texts(file: str) -> Iterator[str]:
    path = next(base / file for base in (PACKAGE, ROOT) if (base / file).exists())
    for each in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
        yield each.read_text(encoding="utf-8")


def test_every_package_has_its_place_on_the_map() -> None:
    packages = {f"{each.parent.name}/" for each in PACKAGE.glob("*/__init__.py")}
    assert not packages - set(_CODE.findall(section("The rooms")))


@pytest.mark.parametrize("package", ["windtunnel", "windtunnel_faults"])
def test_what_the_glossary_names_in_code_is_there(package: str) -> None:
    named = re.findall(rf"`({package}(?:\.\w+)+)`", section("Glossary"))
    assert named
    for each in named:
        module, _, name = each.rpartition(".")
        assert hasattr(importlib.import_module(module), name), each
