"""Runs the conformance suite on tiny services, one over each breaker."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import Self

import msgspec

from windtunnel.address import Address
from windtunnel.backends import choice
from windtunnel.backends.backend_contract import CONFIGURED, Backend, Program
from windtunnel.backends.embedded import EmbeddedBackend
from windtunnel.backends.http_control import call
from windtunnel.configuration import Configuration, Dependency
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.conformance_report import ConformanceReport
from windtunnel.conformance.runner import Order, Runner
from windtunnel.load.loop_thread import LoopThread
from windtunnel.stack import Stack

CATALOG = ("{python}", "-m", "windtunnel_sample.catalog", "--host", "{host}", "--port", "{port}")
SETTINGS = {"THRESHOLD": 3, "RECOVERY": 0.4, "PROBES": 2, "WINDOW": 2.0, "CALL_TIMEOUT": 0.8}
JOBS = 3
"""Stacks side by side."""
CONFIGURATION = Configuration(
    command=(
        "{python}",
        *("-m", "tests.conformance.services", "--host", "{host}"),
        "--port={port}",
    ),
    endpoints=("/first", "/second"),
    dependencies={
        name: Dependency(
            protocol="http",
            command=CATALOG,
            environment={f"{name.upper()}_URL": "http://{address}"},
            endpoint=f"/{name}",
        )
        for name in ("first", "second")
    },
)


class KeptProcess(EmbeddedBackend):
    """Embedded, but its target's process is kept: each new target is the old one begun afresh.

    A new process takes half a second of a processor, and the breaker's answers are the same.
    """

    def __init__(self, configuration: Configuration, *, run: str, seed: int) -> None:
        super().__init__(configuration, run=run, seed=seed)
        self._kept: Address | None = None
        self._others: set[str] = set()

    def start_target(
        self, name: str, environment: Mapping[str, str], program: Program = CONFIGURED
    ) -> Address:
        """Have the kept process begin afresh; one under another clock is a new process."""
        if "LD_PRELOAD" in environment:
            self._others.add(name)
            return super().start_target(name, environment, program)
        if self._kept is None:
            self._kept = super().start_target("kept", environment, program)
        call(self._kept, "POST", "/afresh", msgspec.json.encode(environment))
        return self._kept

    def stop_target(self, name: str) -> None:
        """End the process that was started for this target alone, if any was."""
        if name in self._others:
            super().stop_target(name)


class Stand:
    """Backends side by side, on which one breaker after another can be tested. Close it.

    `backend` is a backend's name, which starts a process for each target, or "kept process".
    """

    def __init__(self, backend: str = "kept process", *, jobs: int = JOBS) -> None:
        self._held = ExitStack()
        self._loop = self._held.enter_context(closing(LoopThread()))
        self._backends: list[Backend] = []
        with ExitStack() as started:
            for _ in range(jobs):
                run = secrets.token_hex(4)
                made: Backend = (
                    KeptProcess(CONFIGURATION, run=run, seed=1)
                    if backend == "kept process"
                    else choice.create(backend, CONFIGURATION, run=run, seed=1)
                )
                started.callback(made.stop)
                made.start()
                self._backends.append(made)
            self._held.push(started.pop_all())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._held.close()

    def conform(
        self,
        module: str,
        order: Order,
        *,
        claims: Claims,
        settings: Mapping[str, object] = SETTINGS,
    ) -> ConformanceReport:
        """Return what the suite finds of a module's breaker."""
        environment = {name: str(value) for name, value in settings.items()}
        environment["BREAKER"] = f"tests.conformance.{module}"

        @contextmanager
        def opened(backend: Backend) -> Iterator[Stack]:
            stack = Stack(
                backend,
                CONFIGURATION,
                name=module,
                seed=1,
                loop=self._loop,
                environment=environment,
            )
            with closing(stack):
                yield stack

        first, *others = self._backends
        beside = [partial(opened, other) for other in others]
        with opened(first) as stack:
            return Runner(stack, "first", claims=claims, beside=beside).run(order)
