"""What is sent to one target: its named requests, its login, and each run's own placeholders."""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from windtunnel.address import Address
from windtunnel.configuration import Configuration
from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.load.closed_loop import Caller
from windtunnel.load.login import Login
from windtunnel.load.mix import Mix
from windtunnel.load.request_source import RequestSource, request_named
from windtunnel.number_bounds import SECONDS, check_number
from windtunnel.requests.request_value import Request


class TargetRequests:
    """The requests of one target. Raises ConfigurationError."""

    def __init__(
        self, address: Address, configuration: Configuration, *, name: str, seed: int
    ) -> None:
        self._address = address
        self._fallback_header = configuration.fallback_header
        self._known = configuration.named_requests
        self._seed = f"{seed} {name}"
        self._runs = itertools.count(1)
        plan = configuration.login_plan
        self.login = Login(address, plan) if plan else None
        """How to log in; None where the configuration does not say."""

    def __repr__(self) -> str:
        return f"<TargetRequests of {self._address}, {len(self._known)} named>"

    def named(self, wanted: str | Request) -> Request:
        """Return the request of a name, or a GET of a path."""
        return request_named(wanted, self._known)

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

    def mix(self, wanted: Iterable[str | Request]) -> Mix:
        """Return a mix of these, each with the login."""
        headers = self.login.headers if self.login else {}
        return Mix(tuple(self.named(each) for each in wanted), headers)

    def of_a_run(self) -> RequestSource:
        """Return the requests of one more run, whose placeholders follow from the seed."""
        seed = f"{self._seed} {next(self._runs)}"
        return RequestSource(self._address, self._known, seed=seed, login=self.login)

    def caller(self, timeout: float | None, source: RequestSource | None = None) -> Caller:
        """Return a connection of the load engine to this target, not yet connected.

        It sends of `source`, or else of a run of its own.
        """
        if timeout is not None:
            check_number("", "timeout", timeout, SECONDS)
        return Caller(
            self._address,
            fallback_header=self._fallback_header,
            timeout=timeout,
            requests=source or self.of_a_run(),
        )
