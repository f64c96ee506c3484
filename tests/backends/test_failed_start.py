"""A start that fails shows why it failed, also where not all can be stopped."""

from pathlib import Path

import pytest

from windtunnel.backends.failed_start import stopped_on_failure
from windtunnel.errors import ControlCode, ControlError, StartError
from windtunnel.keeper.keeper_client import KeeperClient


def test_the_failure_is_the_error_and_what_is_left_is_its_note() -> None:
    def stop() -> None:
        raise ControlError("the folder is left")

    with pytest.raises(StartError, match="no database") as caught, stopped_on_failure(stop):
        raise StartError("no database")
    assert caught.value.__notes__ == ["the folder is left"]


def test_what_starts_is_not_stopped() -> None:
    stopped: list[bool] = []
    with stopped_on_failure(lambda: stopped.append(True)):
        pass
    assert not stopped


def test_a_keeper_that_cannot_start_shows_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "psutil.py").write_text("raise SystemExit('not the psutil that we need')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    keeper = KeeperClient("test", lease=10.0)
    try:
        with pytest.raises(ControlError, match="not the psutil that we need") as caught:
            keeper.status("anything")
        assert caught.value.code is ControlCode.NO_ANSWER
    finally:
        keeper.close()
        for each in keeper.directory.iterdir():
            each.unlink()
        keeper.directory.rmdir()
