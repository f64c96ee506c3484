"""The installed documentation stands alone: no directive is left, every signature is there."""

import importlib

import pytest

from windtunnel import cli
from windtunnel.errors import ConfigurationError
from windtunnel.manual import manual_text


@pytest.mark.parametrize("name", manual_text.names())
def test_no_page_has_a_bare_directive(name: str) -> None:
    text = manual_text.page(name, cli.windtunnel)
    assert not [line for line in text.splitlines() if line.startswith((":::", "--8<--"))]
    assert "<function" not in text
    assert "object at 0x" not in text


def test_signatures_and_descriptions_are_filled_in() -> None:
    text = manual_text.page("criteria", cli.windtunnel)
    for name in importlib.import_module("windtunnel.criteria").__all__:
        if name.islower():
            assert f"def {name}(" in text, name
    assert "Judge that no request reaches the dependency" in text
    scenarios = manual_text.page("reference/scenarios", cli.windtunnel)
    assert "def drive(\n" in scenarios
    assert "class Request(\n" in scenarios
    assert "    expect: tuple[int, ...] = ()," in scenarios


def test_settings_have_their_types_and_defaults() -> None:
    text = manual_text.page("configuration", cli.windtunnel)
    assert "- **`start_deadline`**`: float = 20.0`\n  Seconds until" in text
    assert "- **`endpoint`**`: str = ''`\n" in text
    assert "- **`endpoints`**`: tuple[str, ...] = ()`\n" in text
    assert "Annotated" not in text


def test_commands_have_their_help() -> None:
    text = manual_text.page("commands", cli.windtunnel)
    for name in cli.COMMANDS:
        assert f"Usage: windtunnel {name} " in text, name


def test_files_that_pages_show_are_in_them() -> None:
    assert "class Gremlin" in manual_text.page("extend", cli.windtunnel)


def test_a_page_that_is_not_there_is_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigurationError, match=r"no page 'criterion'; did you mean 'criteria'\?"):
        manual_text.page("criterion", cli.windtunnel)
    assert cli.main(["docs", "nowhere-at-all"]) == 1
    assert capsys.readouterr().err.startswith("windtunnel: no page 'nowhere-at-all'; exp")


def test_all_pages_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["docs"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert any(line.startswith("reference/criteria ") for line in listed)
    assert cli.main(["docs", "reference/pytest.md"]) == 0
    assert capsys.readouterr().out.startswith("# pytest: options")
