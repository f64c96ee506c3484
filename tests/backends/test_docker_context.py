"""The engine is the one that the `docker` command would use."""

import hashlib
import json
from pathlib import Path

import pytest

from windtunnel.backends.docker.docker_context import USUAL, EngineEndpoint, active_endpoint
from windtunnel.errors import BackendUnavailable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return docker's folder, in which the context `far` is the current one, and `near` another."""
    for name, host in (("far", "tcp://far.example:2376"), ("near", "unix:///run/near.sock")):
        identity = hashlib.sha256(name.encode()).hexdigest()
        meta = tmp_path / "contexts" / "meta" / identity
        meta.mkdir(parents=True)
        endpoint = {"Host": host, "SkipTLSVerify": name == "far"}
        (meta / "meta.json").write_text(
            json.dumps({"Name": name, "Endpoints": {"docker": endpoint}})
        )
    files = tmp_path / "contexts" / "tls" / hashlib.sha256(b"far").hexdigest() / "docker"
    files.mkdir(parents=True)
    (files / "ca.pem").write_text("")
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": "far"}))
    return tmp_path


def test_the_variable_of_the_host_counts_most(folder: Path) -> None:
    given = {"DOCKER_CONFIG": str(folder), "DOCKER_CONTEXT": "near", "DOCKER_HOST": "tcp://h:1"}
    assert active_endpoint(given) == EngineEndpoint("tcp://h:1")


def test_the_variable_of_the_context_comes_next(folder: Path) -> None:
    found = active_endpoint({"DOCKER_CONFIG": str(folder), "DOCKER_CONTEXT": "near"})
    assert (found.host, found.context, found.is_local) == ("unix:///run/near.sock", "near", True)


def test_the_current_context_comes_last(folder: Path) -> None:
    found = active_endpoint({"DOCKER_CONFIG": str(folder)})
    assert (found.host, found.verified, found.is_local) == ("tcp://far.example:2376", False, False)
    assert found.authority.endswith("/docker/ca.pem")


def test_without_any_it_is_the_usual_socket(tmp_path: Path, folder: Path) -> None:
    assert active_endpoint({"DOCKER_CONFIG": str(tmp_path / "none")}).host == USUAL
    given = {"DOCKER_CONFIG": str(folder), "DOCKER_CONTEXT": "default"}
    assert active_endpoint(given).host == USUAL


def test_a_context_that_does_not_exist_is_named(folder: Path) -> None:
    with pytest.raises(BackendUnavailable, match="'fra' does not exist"):
        active_endpoint({"DOCKER_CONFIG": str(folder), "DOCKER_CONTEXT": "fra"})
