"""What a user may say of their service. Each setting's description is the reference's as well."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from windtunnel.configuration.preparation_settings import StatePreparation
from windtunnel.configuration.program_settings import ProgramSettings, ProtocolName, WrittenFile
from windtunnel.configuration.request_settings import LoginSettings, RequestSettings
from windtunnel.configuration.serving_tls import ServingTls
from windtunnel.configuration.setting_types import (
    LONGEST_TIME,
    CallPattern,
    Count,
    Endpoint,
    EndpointOrNone,
    FileName,
    HeaderName,
    HostAndPort,
    Name,
    Port,
    RequestField,
    Seconds,
    Share,
    Strict,
    UrlPath,
    Variable,
)
from windtunnel.dependency_tls import TlsField
from windtunnel.network_profiles import ProfileName
from windtunnel.protocols.registry import protocol_named
from windtunnel.protocols.tcp.protocol import PROTOCOL as TCP
from windtunnel.protocols.wire_protocol import WireProtocol
from windtunnel.records import Limits
from windtunnel.requests.login_plan import LoginPlan
from windtunnel.requests.request_value import Request
from windtunnel.target_tls import TargetTls


class Dependency(Strict):
    """One thing that the target calls, reached only through the fault proxy."""

    protocol: ProtocolName = TCP.name
    """What it speaks. HTTP faults need `http`; `mysql` (MariaDB too) is recorded as plain TCP, of
    which single calls are not told apart."""
    command: tuple[str, ...] = ()
    """How to start it, with {python}, {host}, {port} and {files}, where those files of the target
    are that name no address. Empty: `upstream`, or for the protocol
    redis a redis-server found on PATH (embedded: else fakeredis)."""
    upstream: HostAndPort = ""
    """host:port of one that runs already, instead of a command."""
    service: str = ""
    """Its service in the compose file (docker). Empty: the service of the dependency's own name,
    else `upstream`."""
    port: Port = 0
    """The port on which its container listens (docker). 0: the one that the compose file exposes,
    or the protocol's own."""
    environment: Mapping[Variable, str] = Field(default_factory=dict)
    """The target's variables that lead it here, with {address}, {host} and {port} of the proxy, and
    {ca}."""
    tls: TlsField = None
    """What the tap does with TLS: "terminate" (with {ca}, the file of the authority that the
    target must trust), "passthrough", or a table. Without it, bytes are bytes."""
    listen: Port = 0
    """The proxy's port on 127.0.0.1, for a target that runs already with fixed addresses.
    0: a free one."""
    endpoint: EndpointOrNone = ""
    """An endpoint of the target, or a request's name: each request that no cache answers calls this
    dependency once. Empty only where there are no `endpoints`."""

    ignore: tuple[CallPattern, ...] = ()
    """Calls that the target makes of itself, which no criterion counts: "GET /ping", "/metrics/*",
    "PING", "SELECT 1". A method or verb, a path without its query, or both; `*` stands for
    anything. The control period finds those that come often by itself."""

    depends: tuple[Name, ...] = ()
    """Other dependencies that it needs: it starts once they serve, and its command may name them
    by {NAME.address}, which leads to them past the tap. (docker: the compose file says it.)"""
    fresh: Literal["", "session", "test"] = ""
    """When it is emptied: "test" before each test (Redis by FLUSHALL, PostgreSQL by a copy of its
    database as `prepare.session` left it, others by a new start; a container is made anew, with its
    volumes), or "session", never. Empty: "test" for a Redis that
    windtunnel brings or finds in the compose file, else "session"."""
    record: tuple[RequestField, ...] = ()
    """What is recorded of each request beside its method and path, for criteria that ask for it:
    "header:Idempotency-Key", "json:order.id". As digests that mean nothing outside of the run."""
    record_in_clear: tuple[RequestField, ...] = ()
    """The same, as it is: for values that are no secrets and that a person wants to read."""

    @property
    def speaks(self) -> WireProtocol:
        """What is asked about its protocol."""
        return protocol_named(self.protocol)

    @property
    def has_own_server(self) -> bool:
        """Whether it is a server that nobody says how to start: one is brought for it."""
        return self.speaks.has_own_server and not (self.command or self.upstream)

    @property
    def is_fresh(self) -> bool:
        """Whether it is emptied before each test."""
        return self.fresh == "test" or (not self.fresh and self.has_own_server)


class Criteria(Strict):
    """What the criteria demand where a test does not say otherwise."""

    error_rate: Share = Limits().error_rate
    """The share of requests that must stay below this without a good answer (`error_rate`)."""
    mean_response: Seconds = Limits().mean_response
    """Seconds below which the mean response time must stay (`mean_response`)."""
    pooling_gain: Share = Limits().pooling_gain
    """The share of the response time that reusing connections must save (`pooling_gain`)."""
    breaker_threshold: Count = Limits().breaker_threshold
    """Failures within which a circuit breaker must open (`breaker_opens`)."""
    half_open_calls: Count = Limits().half_open_calls
    """Calls that a half-open breaker may let through at a time (`breaker_half_opens`)."""


class Docker(Strict):
    """Where the docker backend finds the stack, and what it adds to it."""

    compose_file: str = ""
    """Relative to the folder of the configuration. Empty: the one that compose finds there."""
    target_port: Port = 0
    """The port on which the target listens in its container. 0: the only one that the compose file
    publishes or exposes."""
    tap: str = ""
    """The compose file's own service of our proxy, which the target is led to by the file itself.
    Empty: one is added to a copy of the file, under the names of the dependencies."""
    toxiproxy: str = ""
    """The compose file's own service of Toxiproxy; goes with `tap`."""
    proxy_image: str = ""
    """An image with windtunnel installed, for the proxy that is added. Empty: built from the
    installed windtunnel."""
    base_image: str = "python:3.11-slim-bookworm"
    """What that image is built on: Debian or the like, with Python 3.11 or newer."""
    toxiproxy_image: str = "ghcr.io/shopify/toxiproxy:2.12.0"
    """The image of the Toxiproxy that is added."""


class Configuration(Strict):
    """A service under test and its dependencies."""

    command: tuple[str, ...] = ()
    """How to start the target, with {python}, {host}, {port} and {files}."""
    service: str = ""
    """The target's service in the compose file (docker); may stand beside `command`."""
    address: HostAndPort = ""
    """host:port of a target that runs already, instead of a command: it is not restarted between
    tests, and each dependency needs a fixed `listen`."""
    directory: str = "."
    """Where programs start, relative to the folder of the configuration."""
    port: Port = 0
    """The target's port; 0 lets the system choose."""
    environment: Mapping[Variable, str] = Field(default_factory=dict)
    """The target's variables, with {host} and {port} of its own, {NAME.address}, {NAME.host} and
    {NAME.port} of each dependency's proxy, and {files}."""
    files: Mapping[FileName, WrittenFile] = Field(default_factory=dict)
    """Files that are written for the target, by name, into a folder of the run's own, of which
    {files} is the path. Nothing of the project is overwritten."""
    health: UrlPath = "/healthz"
    """Answers 200 once the target serves."""
    endpoints: tuple[Endpoint, ...] = ()
    """The endpoints that the criteria are about: paths, or names of requests. None only where no
    program gets requests: `target` is then the one that tests start first."""
    requests: Mapping[Name, RequestSettings] = Field(default_factory=dict)
    """What a name stands for wherever a path is accepted: POSTs, headers, bodies."""
    tls: ServingTls | None = None
    """That the target serves HTTPS, and whom its certificate is trusted by. Without it: HTTP."""
    login: LoginSettings | None = None
    """How each request gets what shows who sends it. Made once a target, and again after a 401."""
    dependencies: Mapping[Name, Dependency] = Field(default_factory=dict)
    """What the target calls, by name."""
    prepare: StatePreparation = StatePreparation()
    """The state that tests find in the dependencies."""
    start_deadline: Seconds = 20.0
    """Seconds until a started program must be healthy."""
    lease: Annotated[float, Field(strict=True, ge=0.5, le=LONGEST_TIME, allow_inf_nan=False)] = 10.0
    """Seconds without a heartbeat of the runner after which faults heal."""
    control_period: Annotated[
        float, Field(strict=True, ge=0, le=LONGEST_TIME, allow_inf_nan=False)
    ] = 2.2
    """Seconds, once a session, in which no request is made: what reaches the dependencies then are
    no calls of requests, such as health checks, and are left out of all evidence. 0: none."""
    fallback_header: HeaderName = "X-Fallback"
    """The header by which an answer names the dependency whose fallback it is."""
    programs: Mapping[Name, ProgramSettings] = Field(default_factory=dict)
    """The other programs of the system under test, or all of them where `target` names one."""
    target: Name = "target"
    """The name of the program that gets the requests: one of `programs`, or what `command` and
    `service` start. Without either: the only one of the programs that is ready by http."""
    calls: tuple[Name, ...] | None = None
    """The dependencies and programs that the target calls, as in `programs`. Without other
    programs: each dependency."""
    backend: str = "auto"
    """Where the stack runs: embedded, local, docker, one of a plugin, or auto."""
    profile: ProfileName = "loopback"
    """The network between target and dependencies: loopback adds nothing, to each round trip
    zone 1 ms, metro 5 ms, region 20 ms."""
    owned_hosts: tuple[str, ...] = ()
    """Hosts beyond this machine that are yours, by which `address` and an `upstream` may name them:
    requests and faults go nowhere else than to loopback and to what the run itself started."""
    mask: tuple[str, ...] = ()
    """Further names of variables, headers and parts of queries whose values are secrets, such as
    "X-Tenant" or "LICENCE_*". Names such as API_KEY and shapes of tokens are known already."""
    show_secrets: bool = False
    """Shows secrets in all that is printed and written, instead of `***`."""
    criteria: Criteria = Criteria()
    """What the criteria demand where a test does not say otherwise."""
    docker: Docker = Docker()
    """Where the docker backend finds the stack, and what it adds to it."""

    @property
    def named_requests(self) -> Mapping[str, Request]:
        """The requests by name. ConfigurationError where a file of theirs cannot be read."""
        return {name: each.request(name) for name, each in self.requests.items()}

    @property
    def login_plan(self) -> LoginPlan | None:
        """How to log in; None where nothing says so."""
        return self.login.plan() if self.login and self.login.is_made else None

    @property
    def target_tls(self) -> TargetTls | None:
        """How the target speaks TLS; None where it does not. ConfigurationError."""
        return self.tls.target_tls(self.login) if self.tls else None
