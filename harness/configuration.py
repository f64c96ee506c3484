"""What a user says of their service: validated, each mistake one line that names its place."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.dependency_tls import Tls, TlsField
from harness.errors import ConfigurationError, suggestion

UrlPath = Annotated[str, Field(pattern=r"^/")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dependency(_Strict):
    """One thing that the target calls, reached only through the fault proxy."""

    protocol: Literal["http", "redis", "tcp"] = "tcp"
    command: tuple[str, ...] = ()
    """How to start it, with {python}, {host} and {port}. Empty: `upstream`, or for the protocol
    redis a redis-server found on PATH (embedded: else fakeredis)."""
    upstream: str = ""
    """host:port of one that runs already, instead of a command."""
    environment: Mapping[str, str] = Field(min_length=1)
    """The target's variables that lead it here, with {address}, {host}, {port} and {ca}."""
    tls: TlsField = None
    """What the tap does with TLS: "terminate" (with {ca}, the file of the authority that the
    target must trust), "passthrough", or a table. Without it, bytes are bytes."""
    endpoint: UrlPath
    """An endpoint of the target whose every uncached request calls this dependency once."""


class Docker(_Strict):
    """Where the docker backend finds the stack."""

    compose_file: str = "docker-compose.yml"
    """Relative to the folder of the configuration."""
    target: str = "target"
    target_port: int = Field(default=8080, ge=1, le=65535)
    tap: str = "tap"
    toxiproxy: str = "toxiproxy"


class Configuration(_Strict):
    """A service under test and its dependencies."""

    command: tuple[str, ...] = Field(min_length=1)
    """How to start the target, with {python}, {host} and {port}."""
    directory: str = "."
    """Where programs start, relative to the folder of the configuration."""
    port: int = Field(default=0, ge=0, le=65535)
    """The target's port; 0 lets the system choose."""
    environment: Mapping[str, str] = Field(default_factory=dict)
    health: UrlPath = "/healthz"
    """Answers 200 once the target serves."""
    endpoints: tuple[UrlPath, ...] = Field(min_length=1)
    """The endpoints that the criteria are about."""
    dependencies: Mapping[str, Dependency] = Field(min_length=1)
    start_deadline: float = Field(default=20.0, gt=0)
    """Seconds until a started program must be healthy."""
    lease: float = Field(default=10.0, ge=0.5)
    """Seconds without a heartbeat of the runner after which faults heal."""
    fallback_header: str = "X-Fallback"
    """The header by which an answer names the dependency whose fallback it is."""
    docker: Docker = Docker()


SAMPLE = Configuration(
    command=("{python}", "-m", "target", "--host", "{host}", "--port", "{port}"),
    endpoints=("/api/agents", "/api/workflows", "/api/metrics", "/api/health"),
    dependencies={
        "catalog": Dependency(
            protocol="http",
            command=("{python}", "-m", "target.catalog", "--host", "{host}", "--port", "{port}"),
            environment={"CATALOG_URL": "http://{address}"},
            endpoint="/api/agents",
        ),
        "redis": Dependency(
            protocol="redis",
            environment={"REDIS_URL": "redis://{address}/0"},
            endpoint="/api/workflows",
        ),
    },
)
"""The sample target that comes with windtunnel: what is tested where nothing is configured."""


def load(directory: Path, explicit: Path | None = None) -> Configuration:
    """Return the configuration of a project, or SAMPLE where it has none.

    Looks at `explicit`, else `windtunnel.toml`, else `[tool.windtunnel]` in `pyproject.toml`.
    Raises ConfigurationError.
    """
    if explicit is not None:
        return _placed(parse(_table(explicit), str(explicit)), explicit.parent)
    own = directory / "windtunnel.toml"
    if own.is_file():
        return _placed(parse(_table(own), str(own)), directory)
    project = directory / "pyproject.toml"
    if project.is_file():
        table = _table(project).get("tool", {}).get("windtunnel")
        if table is not None:
            return _placed(parse(table, f"{project} [tool.windtunnel]"), directory)
    return _placed(SAMPLE, directory)


def _placed(configuration: Configuration, folder: Path) -> Configuration:
    """Take paths from the configuration's folder, wherever the run starts."""
    directory = folder.resolve() / configuration.directory
    if not directory.is_dir():
        raise ConfigurationError(f"directory = {configuration.directory!r}: no folder {directory}")
    compose_file = folder.resolve() / configuration.docker.compose_file
    docker = configuration.docker.model_copy(update={"compose_file": str(compose_file)})
    return configuration.model_copy(update={"directory": str(directory), "docker": docker})


def parse(table: Mapping[str, Any], place: str) -> Configuration:
    """Return the configuration in a TOML table; ConfigurationError lists every mistake."""
    try:
        return Configuration.model_validate(table)
    except ValidationError as error:
        mistakes = [_mistake(dict(detail)) for detail in error.errors()]
        raise ConfigurationError("\n".join(f"{place}: {mistake}" for mistake in mistakes)) from None


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from None


def _mistake(detail: dict[str, Any]) -> str:
    location = detail["loc"]
    place = ".".join(str(part) for part in location)
    if detail["type"] == "extra_forbidden":
        return f"unknown key {place!r}{suggestion(str(location[-1]), _known(location))}"
    if detail["type"] == "missing":
        return f"missing key {place!r}"
    return f"{place} = {detail['input']!r}: {detail['msg']}"


def _known(location: tuple[str | int, ...]) -> list[str]:
    model: type[BaseModel] = Configuration
    if location[0] == "dependencies" and len(location) > 2:
        model = Tls if location[2] == "tls" and len(location) > 3 else Dependency
    elif location[0] == "docker" and len(location) > 1:
        model = Docker
    return list(model.model_fields)
