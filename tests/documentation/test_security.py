"""Each promise of SECURITY.md names its tests, and there is each of them."""

import re

from tests.documentation.pages import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PROMISES = PAGE.partition("What it promises")[2].partition("What is not promised")[0]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_promise_names_a_test() -> None:
    promises = re.findall(r"(?m)^- .+$", PROMISES)
    assert len(promises) >= 10
    assert [promise for promise in promises if not NAMED.search(promise)] == []


def test_every_named_test_exists() -> None:
    named = NAMED.findall(PAGE)
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"(?m)^(?:async )?def {name}\(", (ROOT / file).read_text())
    ]
    assert named
    assert missing == []
