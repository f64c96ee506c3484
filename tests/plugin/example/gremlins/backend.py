"""A backend: the service is a thread of this process, and says itself what its calls were.

Good for showing what a backend is, and for tests that need a stack at no cost; not for judging a
service, as this evidence is not from the wire.
"""

import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from windtunnel.extensions import (
    CONFIGURED,
    Address,
    Capability,
    Configuration,
    Disabled,
    Fault,
    Profile,
    Program,
    ProgramEnd,
    ServerAccount,
    check_fault,
)
from windtunnel.records import Connection, Ending, Evidence, Exchange, ExchangeOutcome

THRESHOLD = 3
"""Failures in a row after which a target that was started with BREAKER=1 calls no more."""


class ThreadBackend:
    """Targets that call every dependency once for each request."""

    name = "thread"
    capabilities = frozenset({Capability.TCP})
    description = ("the target is a thread",)
    directory = ""
    lapses = 0

    def __init__(self, configuration: Configuration, *, run: str, seed: int) -> None:
        self.configuration = configuration
        self.run, self.seed = run, seed
        self.faults: list[Fault] = []
        self.exchanges: list[Exchange] = []
        self.servers: dict[str, ThreadingHTTPServer] = {}

    def start(self) -> None:
        """Nothing to start: the dependencies are imagined."""

    def upstream(self, dependency: str) -> Address:
        """Return where the imagined dependency would serve."""
        return Address.parse(self.configuration.dependencies[dependency].upstream)

    def account(self, dependency: str) -> ServerAccount:
        """Return nobody: the imagined dependency asks for no name."""
        return ServerAccount()

    def prepare_session(self) -> None:
        """Nothing to prepare: imagined dependencies hold nothing."""

    def prepare_test(self) -> None:
        """Nothing to empty, for the same reason."""

    def start_target(
        self, name: str, environment: Mapping[str, str], program: Program = CONFIGURED
    ) -> Address:
        """Start a target's thread."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, environment))
        self.servers[name] = server
        threading.Thread(target=server.serve_forever, args=(0.01,), name=name).start()
        return Address("127.0.0.1", server.server_port)

    def pids(self) -> tuple[int, ...]:
        """Return none: its threads are this process's own."""
        return ()

    def target_pid(self, name: str) -> int:
        """Return no pid: a thread has none."""
        return 0

    def stop_target(self, name: str) -> None:
        """Stop a target's thread."""
        server = self.servers.pop(name)
        server.shutdown()
        server.server_close()

    def ended_programs(self) -> tuple[ProgramEnd, ...]:
        """Return none: a thread ends when it is stopped."""
        return ()

    def inject(self, fault: Fault) -> None:
        """Let the dependency's calls fail or take longer."""
        outside = frozenset(self.configuration.dependencies)
        check_fault(fault, self.configuration, self.name, self.capabilities, outside=outside)
        self.faults.append(fault)

    def heal(self, fault: Fault) -> None:
        """Let them succeed again."""
        self.faults.remove(fault)

    def apply(self, profile: Profile) -> Profile:
        """Imagine the network as well."""
        return profile

    def evidence(self, dependency: str, since: float) -> Evidence:
        """Return the calls since then."""
        own = (each for each in self.exchanges if each.dependency == dependency)
        connection = Connection(
            dependency=dependency, number=1, opened=0.0, ended_by=Ending.TARGET, closed=since
        )
        return Evidence(
            dependency=dependency,
            at=time.monotonic(),
            connections=(connection,),
            exchanges=tuple(each for each in own if each.started >= since),
        )

    def mark(self) -> None:
        """Nothing is only counted here."""

    def stop(self) -> None:
        """Stop what is left."""
        for name in list(self.servers):
            self.stop_target(name)


def _handler(
    backend: ThreadBackend, environment: Mapping[str, str]
) -> type[BaseHTTPRequestHandler]:
    failures = dict.fromkeys(backend.configuration.dependencies, 0)

    def call(dependency: str) -> bool:
        """Call a dependency, unless its breaker is open; say whether it answered."""
        if environment.get("BREAKER") == "1" and failures[dependency] >= THRESHOLD:
            return False
        struck = [each for each in backend.faults if each.dependency == dependency]
        refused = any(isinstance(each.form, Disabled) for each in struck)
        started = time.monotonic()
        time.sleep(0.005 if struck and not refused else 0)
        backend.exchanges.append(
            Exchange(
                dependency=dependency,
                connection=1,
                index=len(backend.exchanges),
                request="GET /",
                started=started,
                ended=time.monotonic(),
                outcome=ExchangeOutcome.FAILED if refused else ExchangeOutcome.ANSWERED,
                status="" if refused else "200",
            )
        )
        failures[dependency] = failures[dependency] + 1 if refused else 0
        return not refused

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer is sent at once, not head and body apart

        def do_GET(self) -> None:
            missing = [name for name in failures if not call(name)]
            self.send_response(200)
            if missing:
                self.send_header("X-Fallback", ", ".join(missing))
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: object) -> None:
            """Keep the output to the tests."""

    return Handler
