"""Each name stands for one thing: public classes, and files whatever their ending."""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOTS = ("harness", "faults", "target")
ENDING = re.compile(r"(?:ings?|ed|ers?|ors?|e?s|e)$")
"""What may tell two forms of one word apart: watch and watcher, listener and listening."""


def modules() -> list[Path]:
    root = Path(__file__).parents[1]
    return [file for each in ROOTS for file in (root / each).rglob("*.py")]


def test_no_two_public_classes_share_a_name() -> None:
    places = defaultdict(list)
    for file in modules():
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(file))
    assert len(places) > 200
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_two_files_differ_only_by_an_ending() -> None:
    forms = defaultdict(set)
    for file in modules():
        if not file.stem.startswith("__"):
            forms[ENDING.sub("", file.stem)].add(file.stem)
    assert len(forms) > 200
    assert [sorted(found) for found in forms.values() if len(found) > 1] == []
