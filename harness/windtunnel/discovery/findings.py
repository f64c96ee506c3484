"""What was seen of a project, each with its place, and what was only guessed."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """One value, and where it was seen; a guess was seen nowhere."""

    value: str
    place: str = ""
    """Such as "app.py:12"; empty for a guess."""
    guess: str = ""
    """Why this was guessed."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that the service reads, or is given."""

    name: str
    value: str
    """Its default, or what it is given; empty where neither is known."""
    place: str


@dataclass(frozen=True, slots=True)
class Route:
    """A path that the service answers."""

    path: str
    place: str
    handler: str
    """The text of its handler, to see what it calls."""
    method: str = "GET"


@dataclass(slots=True)
class ServiceStart:
    """How the service is started."""

    framework: Seen
    command: tuple[str, ...]
    source: Seen
    """Where the command was seen, or why it was guessed."""
    port: int = 0
    """The port that the service fixes itself; 0 where a variable can set it."""
    environment: dict[str, str] = field(default_factory=dict)
    lacks: list[str] = field(default_factory=list)
    """Services of the compose file that it needs, to which no variable leads it."""


@dataclass(slots=True)
class Found:
    """One dependency."""

    name: str
    protocol: str
    environment: dict[str, str]
    place: str
    upstream: str = ""
    service: str = ""
    port: int = 0
    """On which its container listens; 0 for its protocol's own."""
    guess: str = ""
    """What of its variables is guessed; empty where nothing is."""
    endpoint: Seen = field(default_factory=lambda: Seen("/"))


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that is to be written for the target."""

    name: str
    text: str
    """With {NAME.address}, {NAME.host} and {NAME.port} of dependencies."""
    place: str


@dataclass(slots=True)
class FoundRequest:
    """A request that a document shows. Its texts are templates."""

    name: str
    method: str
    path: str
    place: str
    template: str = ""
    """The path with {NAME} for each parameter."""
    headers: dict[str, str] = field(default_factory=dict)
    json: Any = None
    form: dict[str, str] = field(default_factory=dict)
    expect: tuple[int, ...] = ()
    guess: str = ""
    """What of it is guessed; empty where nothing is."""
    made_up: tuple[str, ...] = ()
    """Parameters of its path that name a thing which is hardly there, such as "string"."""

    @property
    def is_plain(self) -> bool:
        """Whether it is a path that is asked with GET, and no more."""
        special = self.headers or self.json is not None or self.form or "{" in self.path
        return self.method == "GET" and not special and "?" not in self.path and not self.guess


@dataclass(slots=True)
class FoundLogin:
    """How to log in, with secrets from variables of the environment."""

    place: str
    request: FoundRequest | None = None
    header: dict[str, str] = field(default_factory=dict)
    basic: dict[str, str] = field(default_factory=dict)
    variables: tuple[str, ...] = ()
    """Variables of the runner's environment that have to be set."""
    guess: str = ""
    is_demanded: bool = True
    """Whether some operation says that it needs a login."""


@dataclass(slots=True)
class FoundApi:
    """What an OpenAPI document says."""

    place: str
    paths: list[str] = field(default_factory=list)
    """What can be asked with GET and nothing else."""
    requests: list[FoundRequest] = field(default_factory=list)
    login: FoundLogin | None = None
    unread: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Beside:
    """A program that runs beside the target."""

    name: str
    command: tuple[str, ...]
    place: str
    is_worker: bool
    """Whether it works for the service, as far as its name and command say; not a watcher."""


@dataclass(slots=True)
class Findings:
    """Everything that a configuration is written from."""

    target: ServiceStart | None = None
    service: Seen | None = None
    """The target's service in a compose file."""
    compose_file: str = ""
    target_port: int = 0
    """The target's port in its container, where it has several."""
    checked: Seen | None = None
    """The path that its container's health check asks."""
    beside: list[Beside] = field(default_factory=list)
    """Programs that run beside the target."""
    health: Seen = field(default_factory=lambda: Seen("/healthz", guess="no route of such a name"))
    endpoints: list[Seen] = field(default_factory=list)
    dependencies: list[Found] = field(default_factory=list)
    files: list[FoundFile] = field(default_factory=list)
    documented: FoundApi | None = None
    """What the service's OpenAPI document says."""
    notes: list[str] = field(default_factory=list)
    """What has to be filled in, or could not be used."""

    @property
    def requests(self) -> list[FoundRequest]:
        """The requests that the document shows."""
        return self.documented.requests if self.documented else []

    @property
    def login(self) -> FoundLogin | None:
        """The login that the document shows."""
        return self.documented.login if self.documented else None
