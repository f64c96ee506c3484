"""A container's template keeps what the compose file says, and takes the rest from the image."""

from typing import Any

import pytest

from windtunnel.backends.docker.container_template import ContainerTemplate

IMAGE = {
    "Config": {
        "Env": ["PATH=/bin", "WORKERS=2"],
        "Cmd": ["serve", "--workers=2"],
        "Entrypoint": ["/entry"],
        "User": "app",
        "WorkingDir": "/app",
    }
}


def container(**config: Any) -> dict[str, Any]:  # noqa: ANN401 - as the engine's JSON
    """Return what the engine tells of a container of IMAGE, where compose said this."""
    inherited = IMAGE["Config"]
    variables = [*inherited["Env"], *config.pop("Env", ())]
    return {
        "Config": {"Image": "shop:1", "Tty": False, **inherited, "Env": variables, **config},
        "HostConfig": {"Memory": 5},
        "NetworkSettings": {"Networks": {"front": {}}},
    }


def asked(template: ContainerTemplate) -> dict[str, Any]:
    """Return what the engine would be asked for."""
    return template.another({"ADDED": "1"}, 80, labels={}, mounts=())


def test_the_same_image_gets_what_the_container_had() -> None:
    made = asked(ContainerTemplate.read(container(Env=["MODE=fast"]), IMAGE, {}))
    assert made["Env"] == ["PATH=/bin", "WORKERS=2", "MODE=fast", "ADDED=1"]
    assert (made["Image"], made["Cmd"], made["User"]) == ("shop:1", ["serve", "--workers=2"], "app")


def test_another_image_brings_its_own_command_user_and_variables() -> None:
    """Otherwise two images that differ in them alone would be compared as equal."""
    service = {"environment": {"MODE": "fast"}, "command": None}
    made = asked(
        ContainerTemplate.read(container(Env=["MODE=fast"]), IMAGE, service).of_image("shop:2")
    )
    assert sorted(made["Env"]) == ["ADDED=1", "MODE=fast"]
    assert made["Image"] == "shop:2"
    assert made.keys().isdisjoint({"Cmd", "Entrypoint", "User", "WorkingDir"})
    assert made["HostConfig"]["Memory"] == 5


@pytest.mark.parametrize("environment", [{"WORKERS": "2"}, ["WORKERS=2"]])
def test_what_the_compose_file_says_counts_for_another_image_too(environment: object) -> None:
    """Also where it says what its own image says."""
    service = {"environment": environment, "command": ["serve", "--workers=2"], "user": "root"}
    read = ContainerTemplate.read(container(User="root"), IMAGE, service)
    made = asked(read.of_image("shop:2"))
    assert sorted(made["Env"]) == ["ADDED=1", "WORKERS=2"]
    assert (made["Cmd"], made["User"]) == (["serve", "--workers=2"], "root")
    assert "Entrypoint" not in made


def test_an_image_without_a_configuration_gives_nothing() -> None:
    made = asked(ContainerTemplate.read(container(), {"Config": None}, {}).of_image("shop:2"))
    assert made["Cmd"] == ["serve", "--workers=2"]
