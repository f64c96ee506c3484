"""The configuration's promise: each mistake is one line that names its place; nothing is lost."""

from pathlib import Path

import pytest

from windtunnel.configuration import load
from windtunnel.discovery import SAMPLE_FILE
from windtunnel.errors import ConfigurationError, NotConfigured

GOOD = """
command = ["run", "{port}"]
endpoints = ["/orders"]
[dependencies.prices]
environment = {PRICES_URL = "http://{address}"}
endpoint = "/orders"
"""


def written(folder: Path, text: str, name: str = "windtunnel.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_project_without_a_configuration_is_told_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="`windtunnel init` writes a first configuration"):
        load(tmp_path)


def test_this_repositorys_own_is_that_of_the_sample_with_its_containers() -> None:
    ours = load(Path(__file__).parents[2])
    sample = load(SAMPLE_FILE.parent, SAMPLE_FILE)
    beside = ("service", "docker", "directory", "control_period")
    assert ours.model_copy(update={name: getattr(sample, name) for name in beside}) == sample
    assert (ours.service, ours.docker.tap) == ("target", "tap")


def test_its_own_file_comes_before_pyproject(tmp_path: Path) -> None:
    written(tmp_path, "[tool.windtunnel]\ncommand = ['other']\n", "pyproject.toml")
    written(tmp_path, GOOD)
    assert load(tmp_path).command == ("run", "{port}")


def test_pyproject_holds_it_as_a_table(tmp_path: Path) -> None:
    text = GOOD.replace("[dependencies", "[tool.windtunnel.dependencies")
    written(tmp_path, f"[tool.windtunnel]{text}", "pyproject.toml")
    assert load(tmp_path).endpoints == ("/orders",)


def test_a_named_file_comes_before_both(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    other = written(tmp_path, GOOD.replace("/orders", "/bills"), "other.toml")
    assert load(tmp_path, other).endpoints == ("/bills",)


def test_the_compose_file_is_found_from_the_configuration_not_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "service"
    folder.mkdir()
    written(folder, GOOD + '[docker]\ncompose_file = "deploy/compose.yml"\n')
    monkeypatch.chdir(tmp_path)
    assert load(folder).docker.compose_file == str(folder / "deploy/compose.yml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("endpoint = ['/a']", "unknown key 'endpoint'; did you mean 'endpoints'?"),
        (
            "[dependencies.prices]\nprotocl = 'http'",
            "unknown key 'dependencies.prices.protocl'; did you mean 'protocol'?",
        ),
        ("[docker]\ntargt = 'x'", "unknown key 'docker.targt'; did you mean 'target_port'?"),
        (
            "command = ['x']\nendpoints = ['a']",
            "endpoints.0 = 'a': expected a path that starts with '/'",
        ),
        ("command = ['x']", "missing key 'endpoints'"),
        ("port = 99999", "port = 99999: expected 65535 or less"),
        ("lease = 0", "lease = 0: expected 0.5 or more"),
        ("command = 'x", "not valid TOML"),
    ],
)
def test_a_mistake_names_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path)
    assert message in str(caught.value)
    assert all(line.startswith(str(path)) for line in str(caught.value).splitlines())


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    written(tmp_path, "comand = ['x']\nendpoint = ['/a']")
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path)
    message = str(caught.value)
    assert "did you mean 'command'" in message
    assert "did you mean 'endpoints'" in message
    assert message.splitlines()[0].startswith(f"{tmp_path / 'windtunnel.toml'}:")


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: cannot be read: No such file"):
        load(tmp_path, tmp_path / "nowhere.toml")


def test_programs_start_in_the_configurations_folder(tmp_path: Path) -> None:
    folder = tmp_path / "service" / "src"
    folder.mkdir(parents=True)
    written(tmp_path / "service", 'directory = "src"\n' + GOOD)
    assert load(tmp_path / "service").directory == str(folder)
    written(tmp_path / "service", 'directory = "scr"\n' + GOOD)
    with pytest.raises(ConfigurationError, match="directory = 'scr': no folder"):
        load(tmp_path / "service")
