"""200 malformed configurations: each ends in one message that names its key, never a traceback."""

import json
from pathlib import Path

import pytest

from tests.configuration.mutations import GOOD, Malformed, malformed, toml
from windtunnel.cli import main
from windtunnel.configuration import load, schema

SEED = 20260
COUNT = 200
MADE = malformed(json.loads(schema.PUBLISHED.read_text()), SEED, COUNT)


def test_the_configuration_that_they_are_made_from_is_valid(tmp_path: Path) -> None:
    (tmp_path / "windtunnel.toml").write_text(toml(GOOD))
    load(tmp_path)


@pytest.mark.parametrize("wrong", MADE, ids=range(COUNT))
def test_a_malformed_configuration_ends_in_one_message_with_its_key(
    wrong: Malformed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "windtunnel.toml"
    file.write_text(wrong.text)
    assert main(["config", "--config", str(file)]) == 1
    printed, message = capsys.readouterr()
    assert not printed
    assert wrong.key in message, f"{wrong.text}\n{message}"
    # Each key of the whole has a line of its own; one that is missing is in no line.
    own = wrong.text.splitlines()
    line = [n for n, each in enumerate(own, 1) if json.loads(each.split(" = ")[0]) == wrong.first]
    place = f"{file}:{line[0]}" if line else str(file)
    assert message.startswith(f"windtunnel: {place}: "), message
    assert len(message.splitlines()) == 1, message
    assert len(message.replace(f"{file}", "")) < 400
    if wrong.correct:
        assert f"did you mean '{wrong.correct}'?" in message, f"{wrong.text}\n{message}"
