"""What is missing of an extra is named with the command that installs it."""

import pytest

from windtunnel import extras
from windtunnel.errors import MissingExtra


def test_nothing_is_missing_where_everything_is_installed() -> None:
    assert extras.missing("sample") == ()
    extras.require("sample", "the sample")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "_is_installed", lambda name: name not in {"uvicorn", "redis"})
    with pytest.raises(MissingExtra) as caught:
        extras.require("sample", "the sample")
    assert str(caught.value) == (
        "the sample needs redis, uvicorn: pip install 'windtunnel[sample]'"
    )
