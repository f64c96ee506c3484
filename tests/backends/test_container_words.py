"""A container that does not start is named as its file names it, with its last words."""

from typing import cast

import pytest

from windtunnel.backends.docker.container_readiness import await_answer, last_words_of
from windtunnel.backends.docker.container_state import ContainerState
from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.errors import StartError


def state(
    status: str, *, health: str = "", exit_status: int = 0, check: str = ""
) -> ContainerState:
    return ContainerState(
        status=status, health=health, exit_status=exit_status, check=check, published={}
    )


class Engine:
    """Has containers that did not start well."""

    def __init__(self, **states: ContainerState) -> None:
        self._states = states

    def seen(self, service: str) -> ContainerState | None:
        return self._states.get(service)

    def state(self, service: str) -> ContainerState:
        return self._states[service]

    def logs(self, service: str) -> str:
        return f"the last lines of its log:\n  {service} says why"


def of(**states: ContainerState) -> DockerEngine:
    return cast("DockerEngine", Engine(**states))


def test_where_compose_fails_each_container_that_failed_has_a_word() -> None:
    engine = of(
        migrate=state("exited", exit_status=3),
        done=state("exited"),
        cache=state("running"),
        prices=state("running", health="unhealthy", check="disk full"),
    )
    services = ("migrate", "done", "cache", "prices", "absent")
    with pytest.raises(StartError) as told, last_words_of(engine, services):
        raise StartError("compose says so")
    unhealthy = "prices: it is running and unhealthy; its healthcheck printed 'disk full'"
    assert str(told.value).splitlines() == [
        "compose says so",
        "migrate ended with exit status 3; the last lines of its log:",
        "  migrate says why",
        f"{unhealthy}; the last lines of its log:",
        "  prices says why",
    ]


def test_a_target_is_called_by_its_service_in_the_file() -> None:
    engine = of(**{"windtunnel-target-1-1": state("exited", exit_status=1)})
    with pytest.raises(StartError, match=r"^the target web exited at its start with status 1\n"):
        await_answer(engine, "windtunnel-target-1-1", 80, "/", deadline=1, called="the target web")


def test_a_healthcheck_that_fails_says_why() -> None:
    engine = of(prices=state("running", health="starting", check="not yet"))
    with pytest.raises(
        StartError, match=r"it is running and starting; its healthcheck .*'not yet'"
    ):
        await_answer(engine, "prices", 80, "/", deadline=0.01)
