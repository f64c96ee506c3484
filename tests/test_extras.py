"""What is missing of an extra is named with the command that installs it."""

from pathlib import Path

import pytest

from windtunnel import extras
from windtunnel.backends.choice import Choice, choose, create
from windtunnel.configuration import load
from windtunnel.errors import MissingExtra

ROOT = Path(__file__).parents[1]


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


@pytest.mark.parametrize(
    ("backend", "package"), [("local", "toxiproxy-python"), ("docker", "docker")]
)
def test_a_backend_without_its_extra_names_it(
    monkeypatch: pytest.MonkeyPatch, backend: str, package: str
) -> None:
    configuration = load(ROOT)
    monkeypatch.setattr(extras, "_is_installed", lambda name: name != package)
    with pytest.raises(MissingExtra) as caught:
        create(backend, configuration, run="0", seed=1)
    extra = "toxiproxy" if backend == "local" else "docker"
    assert str(caught.value) == (
        f"the backend {backend} needs {package}: pip install 'windtunnel[{extra}]'"
    )


def test_auto_takes_embedded_without_the_extra_of_local(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("WINDTUNNEL_TOXIPROXY", raising=False)
    configuration = load(ROOT)
    for name, lacking in (
        ("redis-server", "toxiproxy-server and redis-server"),
        ("toxiproxy-server", "toxiproxy-server"),
    ):
        # Which one is missing is named: the other may be there.
        reason = f"auto: local needs {lacking} on PATH"
        assert choose("auto", configuration) == Choice("embedded", reason)
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    assert choose("auto", configuration).name == "local"
    monkeypatch.setattr(extras, "_is_installed", lambda name: name != "toxiproxy-python")
    choice = choose("auto", configuration)
    assert (choice.name, "windtunnel[toxiproxy]" in choice.reason) == ("embedded", True)
