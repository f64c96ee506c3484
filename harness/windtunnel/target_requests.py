"""What is sent to one target: its named requests, its login, and each run's own placeholders."""

import dataclasses
import itertools
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from windtunnel.address import Address
from windtunnel.configuration import Configuration, topology
from windtunnel.errors import ConfigurationError, StartError, shown, suggestion
from windtunnel.load.closed_loop import Caller
from windtunnel.load.journeys.step_sender import StepConnections
from windtunnel.load.login import Login
from windtunnel.load.loop_thread import LoopThread
from windtunnel.load.mix import Mix
from windtunnel.load.request_source import RequestSource, request_named
from windtunnel.load.requests_under_way import RequestsUnderWay
from windtunnel.number_bounds import SECONDS, check_number
from windtunnel.requests.placeholders import variables
from windtunnel.requests.request_value import Request


class TargetRequests:
    """The requests of one target. Raises ConfigurationError."""

    def __init__(
        self,
        address: Address,
        configuration: Configuration,
        *,
        name: str,
        seed: str,
        learn: Callable[[Iterable[str]], None] = lambda values: None,
        under_way: RequestsUnderWay | None = None,
    ) -> None:
        self.address = address
        self._fallback_header = configuration.fallback_header
        self._known = configuration.named_requests
        self._seed = seed
        self._name = name
        self._learn = learn
        self.under_way = under_way or RequestsUnderWay()
        self._driven = "" if topology.gets_requests(configuration) else configuration.target
        """The driven program, where it gets no requests."""
        self._runs = itertools.count(1)
        self._shared = 0
        plan = configuration.login_plan
        self.login = Login(address, plan, learn) if plan else None
        """How to log in; None where the configuration does not say."""

    def __repr__(self) -> str:
        return f"<TargetRequests of {self.address}, {len(self._known)} named>"

    def named(self, wanted: str | Request) -> Request:
        """Return the request of a name, or a GET of a path."""
        request = request_named(wanted, self._known)
        if isinstance(wanted, Request):
            named = (name for text in request.texts for name in variables(text))
            self._learn(os.environ.get(name, "") for name in named)
        return request

    def made(self, wanted: str | Request, path: str, fields: Mapping[str, Any]) -> Request:
        """Return the request of a name, or of a method, a path and fields of a Request."""
        if path:
            if unknown := fields.keys() - {each.name for each in dataclasses.fields(Request)}:
                name = min(unknown)
                known = [each.name for each in dataclasses.fields(Request)]
                raise ConfigurationError(f"request: no field {name!r}{suggestion(name, known)}")
            return Request(method=wanted, path=path, **fields)  # type: ignore[arg-type]
        if fields:
            raise ConfigurationError(
                f"request {shown(wanted)}: expected a method and a path beside {', '.join(fields)}"
            )
        return self.named(wanted)

    def check_served(self) -> None:
        """Raise ConfigurationError where the driven program gets no requests."""
        if self._driven:
            raise ConfigurationError(
                f"{self._driven} gets no requests (programs.{self._driven}.ready names no http): it"
                " is driven by what it reads: `stack.drive` of a function without a client"
            )

    def mix(self, wanted: Iterable[str | Request]) -> Mix:
        """Return a mix of these, each with the login."""
        self.check_served()
        headers = self.login.headers if self.login else {}
        return Mix(tuple(self.named(each) for each in wanted), headers)

    def of_a_run(self, shared: str = "") -> RequestSource:
        """Return the requests of one more run, whose placeholders follow from the seed.

        Two targets with the same `shared` name are asked the same, but for what must be each one's
        own, such as {uuid}.
        """
        run = shared or f"{self._name} {next(self._runs)}"
        return RequestSource(
            self.address,
            self._known,
            seed=f"{self._seed} {run}",
            identity=self._name,
            login=self.login,
        )

    def journeys_seed(self) -> str:
        """Return what the chance of one more run's journeys follows from."""
        return f"{self._seed} {self._name} {next(self._runs)}"

    def connections(self, loop: LoopThread) -> StepConnections:
        """Return what the journeys of one run send by."""
        return StepConnections(
            self.address,
            loop,
            fallback_header=self._fallback_header,
            login=self.login,
            under_way=self.under_way,
        )

    def shared_run(self, *, goes_on: bool) -> str:
        """Return the name of a run of pairs, the last one's where that goes on."""
        if not goes_on:
            self._shared += 1
        return f"pairs {self._shared}"

    async def log_in(self) -> None:
        """Log in, where the configuration says how; StartError where the service refuses it."""
        if self.login is not None:
            await self.login.make()

    async def refresh_login(self) -> None:
        """Log in anew where the login is known to be over; where it can't be, requests show it."""
        if self.login is not None and self.login.is_over:
            with suppress(StartError):
                await self.login.make()

    def saw(self, statuses: Iterable[int]) -> None:
        """Note the answers of an open loop, each of which carried the login."""
        if self.login is not None:
            for status in set(statuses):
                self.login.saw(self.login.number, status or None)

    def caller(
        self, timeout: float | None, shared: str = "", *, source: RequestSource | None = None
    ) -> Caller:
        """Return a connection of the load engine to this target, not yet connected.

        It sends of `source`, or else of a run of its own, which may be `shared` with another's.
        """
        self.check_served()
        if timeout is not None:
            check_number("", "timeout", timeout, SECONDS)
        return Caller(
            self.address,
            fallback_header=self._fallback_header,
            timeout=timeout,
            requests=source or self.of_a_run(shared),
            under_way=self.under_way,
        )

    def unknown_caller(self, timeout: float) -> Caller:
        """Return a connection whose requests carry no login."""
        return Caller(self.address, fallback_header=self._fallback_header, timeout=timeout)
