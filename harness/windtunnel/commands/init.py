"""`windtunnel init`: look at the project and write a first configuration."""

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click

from windtunnel.configuration import parse
from windtunnel.configuration.resolution import OWN_FILE
from windtunnel.discovery import SAMPLE_FILE, Findings, look, read_named, written
from windtunnel.errors import ConfigurationError
from windtunnel.extras import install_command, missing
from windtunnel.limited_files import read_limited


@click.command()
@click.option("--force", is_flag=True, help="Overwrite a windtunnel.toml that is there.")
@click.option("--dry-run", is_flag=True, help="Print the configuration; write nothing.")
@click.option(
    "--sample", is_flag=True, help="Write one for the sample service that comes with windtunnel."
)
@click.option(
    "--openapi",
    default="",
    metavar="FILE|URL",
    help="The service's OpenAPI document, such as http://127.0.0.1:8000/openapi.json. Without it"
    " one is looked for among the project's files.",
)
@click.option(
    "--i-own-this-host",
    "owned",
    multiple=True,
    metavar="HOST",
    help="A host beyond this machine that --openapi may ask.",
)
def init(*, force: bool, dry_run: bool, sample: bool, openapi: str, owned: tuple[str, ...]) -> None:
    """Write windtunnel.toml from what the project in this folder shows.

    Looked at are the source, package and compose files, Procfile and .env; nothing of it is run.
    What is only guessed is marked GUESS in the file, what could not be seen FILL IN. With
    --sample the project is not looked at: the file is about the sample service, on which everything
    can be tried.
    """
    folder = Path.cwd()
    file = folder / OWN_FILE
    if not dry_run and not force and (place := _configured(folder)):
        raise ConfigurationError(
            f"{place} is there already; --dry-run shows what would be written, --force writes it"
        )
    text, lines = _of_sample() if sample else _of_project(folder, openapi, owned)
    # What was written must be valid, whatever was found.
    try:
        parse(tomllib.loads(text), OWN_FILE)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"what was found cannot be written as TOML: {error}") from None
    for line in lines:
        click.echo(line, err=dry_run)
    if dry_run:
        click.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
        click.echo(f"wrote {OWN_FILE}; next: windtunnel doctor")


def _of_project(folder: Path, openapi: str, owned: tuple[str, ...]) -> tuple[str, list[str]]:
    findings = look(folder, read_named(openapi, owned) if openapi else None)
    return written(findings), list(_said(findings))


def _of_sample() -> tuple[str, list[str]]:
    wanted = ["sample"] if missing("sample") else []
    if shutil.which("redis-server") is None and missing("fakeredis"):
        wanted.append("fakeredis")
    lines = [f"the sample needs more packages: {install_command(*wanted)}"] if wanted else []
    return SAMPLE_FILE.read_text(encoding="utf-8"), lines


def _configured(folder: Path) -> str:
    if (folder / OWN_FILE).exists():
        return OWN_FILE
    project = folder / "pyproject.toml"
    try:
        text = read_limited(project) if project.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{project}: cannot be read: {error}") from None
    if "[tool.windtunnel" in text:
        return "pyproject.toml [tool.windtunnel]"
    return ""


def _said(findings: Findings) -> Iterator[str]:
    if target := findings.target:
        yield f"found    {target.framework.value} ({target.framework.place})"
        if target.source.guess:
            yield f"guessed  command = {' '.join(target.command)}: {target.source.guess}"
        if target.lacks:
            names = " and ".join(target.lacks)
            yield f"fill in  command, to run it without containers: no variable leads it to {names}"
    for beside in findings.beside:
        yield f"found    beside it {beside.name}: {' '.join(beside.command)} ({beside.place})"
    if findings.service:
        yield f"found    the service {findings.service.value} ({findings.service.place})"
    for key, seen in [("health", findings.health), *(("endpoint", s) for s in findings.endpoints)]:
        if seen.guess:
            yield f"guessed  {key} {seen.value}: {seen.guess}"
        else:
            yield f"found    {key} {seen.value} ({seen.place})"
    yield from _of_document(findings)
    yield from _of_dependencies(findings)
    for note in findings.notes:
        yield f"fill in  {note}"


def _of_document(findings: Findings) -> Iterator[str]:
    for request in findings.requests:
        yield f"found    request {request.name}: {request.method} {request.path} ({request.place})"
        if request.guess:
            yield f"guessed  request {request.name}: {request.guess}"
    if findings.login:
        yield f"found    the login ({findings.login.place})"


def _of_dependencies(findings: Findings) -> Iterator[str]:
    for each in findings.dependencies:
        by = f", by {', '.join(each.environment)}" if each.environment else ""
        yield f"found    dependency {each.name}, {each.protocol}{by} ({each.place})"
        if each.guess:
            yield f"guessed  {each.guess}"
        if each.endpoint.guess:
            yield f"guessed  {each.name}'s endpoint {each.endpoint.value}: {each.endpoint.guess}"
    if not findings.dependencies:
        yield "fill in  [dependencies.NAME]: no variable that leads to one was found"
