"""Takes the paths of a configuration from the folder of its file, wherever the run starts."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from windtunnel.configuration.models import Configuration
from windtunnel.configuration.positions import Place
from windtunnel.configuration.preparation_settings import StatePreparation
from windtunnel.configuration.program_settings import ProgramSettings, WrittenFile
from windtunnel.errors import ConfigurationError, shortened, shown
from windtunnel.target_tls import ANY, SYSTEM


def placed(
    configuration: Configuration, folder: Path, origins: Mapping[Place, str]
) -> Configuration:
    """Take paths from the configuration's folder, wherever the run starts."""
    base = folder.resolve()
    directory = _folder(base, configuration.directory, ("directory",), origins)
    files = _templates(configuration.files, ("files",), base, origins)
    docker = configuration.docker
    if docker.compose_file:
        docker = docker.model_copy(update={"compose_file": str(base / docker.compose_file)})
    changed = {
        "directory": str(directory),
        "programs": dict(_programs(configuration, base, origins)),
        "docker": docker,
        "files": files,
        **_bodies(configuration, base, origins),
        "prepare": _statements(configuration, base, origins),
    }
    return configuration.model_copy(update=changed)


def _folder(base: Path, named: str, key: Place, origins: Mapping[Place, str]) -> Path:
    directory = base / named
    if not _is_there(directory.is_dir):
        raise ConfigurationError(
            f"{_at(origins, key)}{'.'.join(map(str, key))} = {shown(named)}:"
            f" no folder {shortened(str(directory), 200)}"
        )
    return directory


def _programs(
    configuration: Configuration, base: Path, origins: Mapping[Place, str]
) -> Iterator[tuple[str, ProgramSettings]]:
    for name, each in configuration.programs.items():
        place = ("programs", name)
        where = each.directory or configuration.directory
        directory = _folder(base, where, (*place, "directory"), origins)
        files = _templates(each.files, (*place, "files"), base, origins)
        yield name, each.model_copy(update={"directory": str(directory), "files": files})


def _templates(
    files: Mapping[str, WrittenFile], place: Place, base: Path, origins: Mapping[Place, str]
) -> dict[str, WrittenFile]:
    found = dict(files)
    for name, file in files.items():
        path = base / file.template
        if file.template and not _is_there(path.is_file):
            key = (*place, name, "template")
            raise ConfigurationError(
                f"{_at(origins, key)}{'.'.join(map(str, key))} = {shown(file.template)}: no file"
                f" {shortened(str(path), 200)}"
            )
        if file.template:
            found[name] = file.model_copy(update={"template": str(path)})
    return found


def _bodies(
    configuration: Configuration, base: Path, origins: Mapping[Place, str]
) -> dict[str, Any]:
    """Return what changes where requests name files."""
    requests = {
        name: each.model_copy(
            update={"file": _body(each.file, ("requests", name, "file"), base, origins)}
        )
        for name, each in configuration.requests.items()
    }
    changed: dict[str, Any] = {"requests": requests}
    tls, login = configuration.tls, configuration.login
    if tls is not None and tls.trust not in {SYSTEM, ANY}:
        trust = _body(tls.trust, ("tls", "trust"), base, origins)
        changed["tls"] = tls.model_copy(update={"trust": trust})
    if login is not None:
        own: dict[str, Any] = {
            name: _body(getattr(login, name), ("login", name), base, origins)
            for name in ("certificate", "key")
        }
        if login.request is not None:
            file = _body(login.request.file, ("login", "request", "file"), base, origins)
            own["request"] = login.request.model_copy(update={"file": file})
        changed["login"] = login.model_copy(update=own)
    return changed


def _statements(
    configuration: Configuration, base: Path, origins: Mapping[Place, str]
) -> StatePreparation:
    """Return the preparation with its files of SQL where they are."""
    changed = {
        when: tuple(
            each.model_copy(update={"sql": _body(each.sql, ("prepare", when), base, origins)})
            for each in steps
        )
        for when, steps in configuration.prepare.steps.items()
    }
    return configuration.prepare.model_copy(update=changed)


def _body(file: str, key: Place, base: Path, origins: Mapping[Place, str]) -> str:
    path = base / file
    if file and not _is_there(path.is_file):
        raise ConfigurationError(
            f"{_at(origins, key)}{'.'.join(map(str, key))} = {shown(file)}: no file"
            f" {shortened(str(path), 200)}"
        )
    return str(path) if file else ""


def _is_there(look: Callable[[], bool]) -> bool:
    """Whether something is found; what no file system could hold is not."""
    try:
        return look()
    except OSError:  # such as a name that is too long
        return False


def _at(origins: Mapping[Place, str], key: Place) -> str:
    return f"{origins[key]}: " if key in origins else ""
