"""What the callers of one target send: by name, by path or by value, with the login's headers."""

from collections.abc import Iterable, Mapping
from typing import Any

from windtunnel.address import Address
from windtunnel.errors import ConfigurationError, did_you_mean, nearest, shown
from windtunnel.load.encoding import Encoded, Encoding
from windtunnel.load.login import Login
from windtunnel.requests.placeholders import Filling
from windtunnel.requests.prepared import Preparation
from windtunnel.requests.request_value import Request


class RequestSource:
    """The requests of one run to one target. The same seed and number give the same request."""

    def __init__(
        self,
        address: Address,
        named: Mapping[str, Request] | None = None,
        *,
        seed: str = "",
        identity: str = "",
        login: Login | None = None,
    ) -> None:
        self.login = login
        self._address = address
        self._named = named or {}
        self._seed = seed
        self._identity = identity
        self._made: dict[int, tuple[int, Request, Preparation, Encoding]] = {}
        """By identity: each is kept here, so that no other can take its place."""
        self._repeated: dict[int, tuple[int, Encoded]] = {}
        """Those without placeholders, with the number of the login that they carry."""
        self._by_path: dict[str, Request] = {}
        self.unhelped: set[int] = set()
        """Requests that were refused with a login just made: another would change nothing."""

    def __repr__(self) -> str:
        return f"<RequestSource for {self._address}, {len(self._named)} named>"

    def request(self, wanted: str | Request) -> Request:
        """Return what a name or a path means. Raises ConfigurationError."""
        if not isinstance(wanted, str):
            return request_named(wanted, self._named)
        if wanted not in self._by_path:
            self._by_path[wanted] = request_named(wanted, self._named)
        return self._by_path[wanted]

    def is_helped_by_login(self, request: Request) -> bool:
        """Return whether anything of the login is sent with it, and may make a difference."""
        return id(request) not in self.unhelped and self._made_for(request)[2].takes_extra

    def encoded(self, request: Request, number: int) -> Encoded:
        """Return the bytes of the run's request of this number. Raises ConfigurationError."""
        login = self.login.number if self.login else 0
        kept = self._repeated.get(id(request))
        if kept is not None and kept[0] == login:
            return kept[1]
        _, _, preparation, encoding = self._made_for(request)
        item = encoding.of(preparation.of(Filling(number, self._seed, self._identity)))
        if preparation.is_fixed and not request.data:
            self._repeated[id(request)] = login, item
        return item

    def _made_for(self, request: Request) -> tuple[int, Request, Preparation, Encoding]:
        login = self.login.number if self.login else 0
        made = self._made.get(id(request))
        if made is None or made[0] != login:
            extra = self.login.headers if self.login else {}
            encoding = Encoding(request, 0, str(self._address), keep_alive=True)
            made = self._made[id(request)] = login, request, Preparation(request, extra), encoding
        return made


def request_named(
    wanted: object, named: Mapping[str, Request], *, place: str = "request"
) -> Request:
    """Return what is wanted: a Request, one by its name, or a GET of a path.

    ConfigurationError, which names the `place`, for anything else.
    """
    if isinstance(wanted, Request):
        return wanted
    if isinstance(wanted, str):
        if wanted in named:
            return named[wanted]
        if wanted.startswith("/"):
            return Request(path=wanted)
    if callable(wanted):
        raise ConfigurationError(
            f"{place} {shown(wanted)}: expected a path or a request: a journey is a run of its own,"
            " stack.drive(journey)"
        )
    near = did_you_mean(nearest(wanted, named)) if isinstance(wanted, str) else ""
    known = f", or one of the requests {', '.join(sorted(named))}" if named and not near else ""
    raise ConfigurationError(
        f"{place} {shown(wanted)}: expected a path that starts with '/'{known}{near}"
    )


def listed(given: Any) -> list[str | Request]:  # noqa: ANN401 - whatever is given
    """Return a list of what is wanted, not yet looked up; ConfigurationError for anything else."""
    if isinstance(given, str | bytes | Request) or not isinstance(given, Iterable):
        raise ConfigurationError(f"requests {shown(given)}: expected a list of paths or requests")
    return list(given)
