"""The messages of runner and keeper: one JSON object a line, one answer for each request."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Spawn:
    """Start a program in a session of its own, its output appended to `log`."""

    name: str
    argv: tuple[str, ...]
    environment: dict[str, str]
    """The whole environment, not additions."""
    log: str
    directory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Send a signal to the whole process group of a program; it must be running."""

    name: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopProgram:
    """End a program: SIGTERM, then SIGKILL after `grace` seconds; its group is gone afterwards."""

    name: str
    grace: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryStatus:
    """Ask whether a program runs, and for its exit status if not."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrange:
    """Replace what is done when the lease runs out and when the run ends."""

    lease: float
    """Seconds without a heartbeat after which the faults heal."""
    heal_posts: tuple[str, ...] = ()
    """http:// addresses to POST to."""
    heal_commands: tuple[tuple[str, ...], ...] = ()
    end_commands: tuple[tuple[str, ...], ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    """The commands' whole environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Renew the lease: the runner lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperAnswer:
    """The keeper's answer to one request."""

    error: str = ""
    pid: int = 0
    running: bool = False
    exit_status: int | None = None
    """As subprocess has it: negative for a signal."""
    lapses: int = 0
    """How often the lease has run out in this run."""


REQUESTS: dict[str, type] = {
    kind.__name__: kind for kind in (Spawn, Signal, StopProgram, QueryStatus, Arrange, Heartbeat)
}
