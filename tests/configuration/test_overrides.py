"""Variables come before the file, options before both, and each mistake names where it was made."""

import re
from pathlib import Path

import pytest

from tests.configuration.mutations import GOOD, toml
from windtunnel.cli import main
from windtunnel.configuration import resolve
from windtunnel.configuration.overrides import ignored
from windtunnel.errors import ConfigurationError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "windtunnel.toml").write_text(toml(GOOD))
    return tmp_path


def test_a_variable_comes_before_the_file_and_an_option_before_both(project: Path) -> None:
    variables = {"WINDTUNNEL_PROFILE": "region", "WINDTUNNEL_CRITERIA__ERROR_RATE": "0.02"}
    options = ["profile=loopback"]
    loaded = resolve(project, environment=variables, options=options)
    assert loaded.configuration.profile == "loopback"
    assert loaded.configuration.criteria.error_rate == 0.02
    assert loaded.configuration.criteria.mean_response == 0.1
    assert loaded.origins["profile",] == "--setting=profile=loopback"
    assert loaded.origins["criteria", "error_rate"] == (
        "environment variable WINDTUNNEL_CRITERIA__ERROR_RATE"
    )
    assert loaded.origins["criteria", "mean_response"].startswith(f"{project}/windtunnel.toml:")


def test_lists_are_split_into_words_as_a_shell_does_it(project: Path) -> None:
    loaded = resolve(project, environment={"WINDTUNNEL_COMMAND": "run 'a b' {port}"})
    assert loaded.configuration.command == ("run", "a b", "{port}")


def test_a_dependencys_settings_are_named_by_its_name(project: Path) -> None:
    variables = {"WINDTUNNEL_DEPENDENCIES__PRICES__UPSTREAM": "10.0.0.1:80"}
    loaded = resolve(project, environment=variables)
    assert loaded.configuration.dependencies["prices"].upstream == "10.0.0.1:80"


def test_a_login_and_a_requests_body_can_be_given(project: Path) -> None:
    file = project / "windtunnel.toml"
    request = '[requests.buy]\nmethod = "POST"\npath = "/buy"\njson = { n = 1 }\n'
    login = '[login.basic]\nusername = "ann"\npassword = "of the file"\n'
    file.write_text(f"{file.read_text()}\n{request}{login}")
    loaded = resolve(
        project,
        environment={"WINDTUNNEL_LOGIN__BASIC__PASSWORD": "of the variable"},
        options=['requests.buy.json={"n": [2]}', "requests.buy.expect=201 202"],
    )
    plan, buy = loaded.configuration.login_plan, loaded.configuration.named_requests["buy"]
    assert plan is not None
    assert plan.password == "of the variable"  # noqa: S105 - of this test's own
    assert (buy.json, buy.expect) == ({"n": [2]}, (201, 202))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("WINDTUNNEL_PORT", "x", "WINDTUNNEL_PORT: port = 'x': expected a whole number"),
        ("WINDTUNNEL_PROFIL", "zone", "WINDTUNNEL_PROFIL: no such setting; did you mean"),
        (
            "WINDTUNNEL_PROFILE",
            "zon",
            "one of 'loopback', 'zone', 'metro', 'region'; did you mean 'zone'?",
        ),
        ("WINDTUNNEL_CRITERIA__ERROR_RATE", "5", "criteria.error_rate = 5.0: expected a number"),
        ("WINDTUNNEL_ENDPOINTS", "orders", "endpoints.0 = 'orders': expected a path"),
    ],
)
def test_a_wrong_variable_is_named_in_one_message(
    project: Path, name: str, value: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve(project, environment={name: value})
    assert message in str(caught.value)
    assert str(caught.value).startswith("environment variable WINDTUNNEL_")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("profile", "--setting=profile: expected KEY=value"),
        ("profil=zone", "--setting=profil=zone: no setting 'profil'; did you mean 'profile'?"),
        ("port=-1", "--setting=port=-1: port = -1: expected 0 or more"),
    ],
)
def test_a_wrong_option_is_named_in_one_message(
    project: Path, capsys: pytest.CaptureFixture[str], option: str, message: str
) -> None:
    file = str(project / "windtunnel.toml")
    assert main(["config", "--config", file, "--setting", option]) == 1
    assert capsys.readouterr().err == f"windtunnel: {message}\n"


def test_variables_that_mean_nothing_can_be_told() -> None:
    found = ignored(GOOD, {"WINDTUNNEL_PORT": "1", "WINDTUNNEL_RUN": "a", "WINDTUNNEL_QUIET": "1"})
    assert found == ("WINDTUNNEL_QUIET",)


def test_no_variable_of_our_own_scripts_is_unknown() -> None:
    """`doctor` warned of one that CI sets."""
    scripts = "".join(each.read_text() for each in (ROOT / ".ci").iterdir() if each.is_file())
    names = set(re.findall(r"\bWINDTUNNEL_[A-Z_]+", scripts))
    assert "WINDTUNNEL_CLIENTS_CACHE" in names
    assert ignored(GOOD, dict.fromkeys(names, "x")) == ()


@pytest.mark.parametrize("name", ["WINDTUNNEL_SOAK", "WINDTUNNEL_TASK", "WINDTUNNEL_X"])
def test_a_variable_is_near_by_its_own_part_alone(name: str, project: Path) -> None:
    """The prefix made any short word a near miss, which is refused."""
    assert resolve(project, environment={name: "1"}).configuration.port == 0
    with pytest.raises(ConfigurationError, match="did you mean 'WINDTUNNEL_PROFILE'"):
        resolve(project, environment={"WINDTUNNEL_PROFIL": "zone"})
