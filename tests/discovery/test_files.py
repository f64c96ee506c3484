"""The places of a file's characters, and which files are the project's own."""

from pathlib import Path

import pytest

from windtunnel.discovery.files import Text, sources


@pytest.mark.parametrize("text", ["", "\n", "a", "a\nb", "a\nb\n", "\n\na\r\n"])
def test_a_place_is_the_line_of_its_character(text: str) -> None:
    seen = Text("a.py", text)
    for at in range(len(text) + 1):
        assert seen.place(at) == f"a.py:{text.count(chr(10), 0, at) + 1}"
    assert seen == Text("a.py", text)


def test_tests_and_their_tools_are_no_sources(tmp_path: Path) -> None:
    names = ("app.py", "latest/a.py", "_integration-test/a.py", "e2e/a.py", "tests-api/a.py",
             "web/playwright.config.ts", "web/next.config.ts", "test_a.py")  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = {text.name for text in sources(tmp_path, (".py", ".ts"))}
    assert found == {"app.py", "latest/a.py", "web/next.config.ts"}
