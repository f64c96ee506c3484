"""The services, each with what its documentation says of its breaker, and how it deviates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
JVM = ("java", "mvn")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignService:
    """One service with a breaker, its claims, and the properties that it is known to fail."""

    name: str
    folder: str
    """Beside this file; what is built of it is kept elsewhere."""
    tools: tuple[str, ...]
    """Programs that must be found on PATH."""
    claims: str
    """Options of `windtunnel breaker`: its settings, as its documentation reads."""
    documented: str
    """What its documentation says, in short."""
    build: tuple[str, ...] = ()
    """Commands, carried out in a copy of the folder."""
    environment: Mapping[str, str] = field(default_factory=dict)
    deviations: Mapping[str, str] = field(default_factory=dict)
    """By property that it FAILs: why, as far as its documentation tells."""

    @property
    def options(self) -> list[str]:
        """The options of `windtunnel breaker`."""
        variables = [f"--env={name}={value}" for name, value in self.environment.items()]
        return [*self.claims.split(), *variables]

    @property
    def source(self) -> Path:
        """The folder with its source and configuration."""
        return FOLDER / self.folder


WALL, REPEATS = "wall-clock-plays-no-part", "no-hidden-retries"
BY_WALL_CLOCK = "it takes its time from the wall clock"
JDK = {
    REPEATS: "the JDK's HttpClient sends a GET again whose kept connection was cut",
    WALL: f"{BY_WALL_CLOCK}: java.time.Clock.systemUTC",
}
NET_HTTP = {REPEATS: "net/http sends a GET again whose kept connection was cut"}
NGINX = {
    "old-failures-expire": "a success clears its failures, and not time alone",
    "late-failures-are-void": "each failure, a late one too, begins its fail_timeout anew",
    WALL: BY_WALL_CLOCK,
}
RESILIENCE4J = "--like resilience4j --window-calls 6 --minimum 3 --recovery 1.5 --probes 2"
GO = ("go build -o breakers .",)

SERVICES = (
    ForeignService(
        name="resilience4j",
        folder="resilience4j",
        tools=JVM,
        build=(
            "mvn -q -B package",
            "mvn -q -B dependency:copy-dependencies -DoutputDirectory=target/lib",
        ),
        claims=RESILIENCE4J,
        documented="50 % of 6 calls, 3 at least; 1.5 s; decides after 2 permitted calls",
        deviations=JDK,
    ),
    ForeignService(
        name="resilience4j in Spring Boot",
        folder="spring",
        tools=JVM,
        build=("mvn -q -B package",),
        claims=RESILIENCE4J,
        documented="the same, by annotation",
        deviations=JDK,
    ),
    ForeignService(
        name="opossum",
        folder="opossum",
        tools=("node", "npm"),
        build=("npm install --no-audit --no-fund --prefer-offline",),
        claims="--like opossum --minimum 3 --recovery 1.5",
        documented="50 % of the last 10 s, 3 calls at least; 1.5 s; one probe decides",
    ),
    ForeignService(
        name="gobreaker",
        folder="go_breakers",
        tools=("go",),
        build=GO,
        claims="--like gobreaker --threshold 3 --recovery 1.5 --probes 2",
        documented="3 consecutive failures; 1.5 s; 2 good probes close it, a bad one opens it",
        deviations=NET_HTTP,
    ),
    ForeignService(
        name="gobreaker, ratio",
        folder="go_breakers",
        tools=("go",),
        build=GO,
        environment={"BREAKER": "gobreaker-ratio"},
        claims="--like gobreaker --share 60 --minimum 3 --recovery 1.5 --probes 2",
        documented="60 % of all calls since it closed, 3 at least; the rest as before",
        deviations=NET_HTTP,
    ),
    ForeignService(
        name="failsafe-go",
        folder="go_breakers",
        tools=("go",),
        build=GO,
        environment={"BREAKER": "failsafe-go"},
        claims="--like failsafe-go --threshold 3 --recovery 1.5 --probes 2",
        documented="3 consecutive failures; 1.5 s; 2 good probes close it, a bad one opens it",
        deviations=NET_HTTP,
    ),
    ForeignService(
        name="pybreaker under gunicorn",
        folder="gunicorn",
        tools=(),
        claims="--like pybreaker --threshold 3 --recovery 1.5 --workers 1",
        documented="3 consecutive failures; 1.5 s; the next call decides",
        deviations={WALL: f"{BY_WALL_CLOCK}: datetime.now"},
    ),
    ForeignService(
        name="HAProxy",
        folder="haproxy",
        tools=("haproxy",),
        claims="--like haproxy --threshold 3 --recovery 0.5..1.5",
        documented="3 consecutive errors; back after 2 good health checks, 0.5 s apart",
        deviations={"opens": "a reset of a kept connection is no error of the server's to it"},
    ),
    ForeignService(
        name="nginx",
        folder="nginx",
        tools=("nginx",),
        claims="--like nginx --threshold 3 --window 2 --recovery 2..3",
        documented="3 failures within 2 s; out for 2 s, in whole seconds; no half-open state",
        deviations=NGINX,
    ),
    ForeignService(
        name="Caddy",
        folder="caddy",
        tools=("caddy",),
        claims="--like caddy --threshold 3 --window 1.5 --recovery 1.5",
        documented="3 failures remembered for 1.5 s each; no half-open state",
        deviations={
            **NET_HTTP,
            "late-failures-are-void": "each failure, a late one too, is remembered for as long",
        },
    ),
)
