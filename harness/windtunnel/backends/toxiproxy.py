"""The one place that touches toxiproxy-python: its client made safe for several servers.

toxiproxy-python 0.1.1 keeps one server address for the whole process, sets no timeout, and does
not look at answers of 500 and above. Here each call runs in a thread of its own, which the client
takes the address of; it is left behind where it hangs, and holds up no other call. What it did is
checked by reading back what the server then reports.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as DeadlineError
from typing import Any, ClassVar, TypeVar

import requests
import toxiproxy.api
from toxiproxy import Toxiproxy
from toxiproxy.api import APIConsumer
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

from windtunnel.address import Address
from windtunnel.errors import ControlCode, ControlError
from windtunnel_faults import Toxics

Result = TypeVar("Result")


class _ProxyNotFound(Exception):
    """The server has no proxy of that name: its client returns None for it."""


class _OfThread:
    """A part of the server's address: each thread that reads it gets its own.

    The client has one host and one port for the whole process, and writes them into each request.
    """

    _here: ClassVar = threading.local()

    def __init__(self, part: str, elsewhere: object) -> None:
        self._part = part
        self._elsewhere = elsewhere
        """What threads that are not ours, and know the client too, had set."""

    def __repr__(self) -> str:
        return f"<_OfThread {self._part}>"

    def __str__(self) -> str:
        return str(getattr(self._here, self._part, self._elsewhere))

    @classmethod
    def is_ours(cls) -> bool:
        """Whether this thread was given an address."""
        return hasattr(cls._here, "host")

    @classmethod
    def set(cls, address: Address) -> None:
        """Let this thread's requests go to an address."""
        cls._here.host, cls._here.port = address.host, address.port
        toxiproxy.api.requests = _DirectRequests
        if not isinstance(APIConsumer.port, cls):  # which is set last
            host, port = APIConsumer.host, APIConsumer.port
            Toxiproxy().update_api_consumer(cls("host", host), cls("port", port))


class _DirectRequests:
    """What the client sends requests with: never by a proxy that the environment names.

    Threads that are not ours, and know the client too, send as before.
    """

    @staticmethod
    def get(**given: Any) -> requests.Response:  # noqa: ANN401 - what the client gives
        return _request("GET", **given)

    @staticmethod
    def delete(**given: Any) -> requests.Response:  # noqa: ANN401 - as above
        return _request("DELETE", **given)

    @staticmethod
    def post(**given: Any) -> requests.Response:  # noqa: ANN401 - as above
        return _request("POST", **given)


def _request(method: str, **given: Any) -> requests.Response:  # noqa: ANN401 - as above
    with requests.Session() as session:
        session.trust_env = not _OfThread.is_ours()
        return session.request(method, **given)


class ToxiproxyControl:
    """Controls one Toxiproxy server (the real one or ours). Raises ControlError."""

    def __init__(self, address: Address, *, deadline: float = 10.0) -> None:
        self.address = address
        self._deadline = deadline

    def __repr__(self) -> str:
        return f"<ToxiproxyControl {self.address}>"

    def create(self, name: str, *, upstream: str, listen: str = "127.0.0.1:0") -> Address:
        """Create a proxy and return the address on which it listens."""
        proxy = self._call(lambda server: server.create(upstream, name, listen=listen))
        return Address.parse(proxy.listen)

    def listening(self, name: str) -> Address:
        """Return the address on which the proxy listens."""
        return Address.parse(self._call(lambda server: _proxy(server, name).listen))

    def leads_to(self, name: str) -> Address:
        """Return the address to which the proxy leads."""
        return Address.parse(self._call(lambda server: _proxy(server, name).upstream))

    def disable(self, name: str) -> None:
        """Refuse connections and cut the live ones."""
        self._call(lambda server: _proxy(server, name).disable())
        self._expect(name, enabled=False)

    def enable(self, name: str) -> None:
        """Listen again."""
        self._call(lambda server: _proxy(server, name).enable())
        self._expect(name, enabled=True)

    def add(self, name: str, toxics: Toxics, *, prefix: str) -> None:
        """Add toxics to a proxy, each named `prefix` and its place."""
        for place, toxic in enumerate(toxics.toxics):
            label = f"{prefix}-{place}"
            self._call(
                lambda server, toxic=toxic, label=label: _proxy(server, name).add_toxic(
                    type=toxic.type,
                    stream=toxic.stream,
                    name=label,
                    attributes=dict(toxic.attributes),
                )
            )
            if label not in self._call(lambda server: _proxy(server, name).toxics()):
                raise ControlError(f"Toxiproxy at {self.address} did not add {toxic} to {name!r}")

    def remove(self, name: str, *, prefix: str) -> None:
        """Remove the toxics that `add` made with this prefix; those already gone are fine."""
        for label in list(self._call(lambda server: _proxy(server, name).toxics())):
            if label.startswith(f"{prefix}-"):
                self._call(lambda server, label=label: _proxy(server, name).destroy_toxic(label))

    def lead(self, name: str, upstream: Address) -> None:
        """Connect to another upstream from now on; connections to the last one are cut."""
        body = {"upstream": str(upstream)}
        self._call(lambda server: APIConsumer.post(f"/proxies/{name}", json=body))

    def _expect(self, name: str, *, enabled: bool) -> None:
        if self._call(lambda server: _proxy(server, name).enabled) != enabled:
            wanted = "listen again" if enabled else "stop listening"
            raise ControlError(f"Toxiproxy at {self.address}: proxy {name!r} did not {wanted}")

    def _call(self, action: Callable[..., Result]) -> Result:
        result: Future[Result] = Future()

        def call() -> None:
            _OfThread.set(self.address)
            try:
                result.set_result(action(Toxiproxy()))
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                result.set_exception(error)

        # A daemon: one that hangs must not keep this process from ending.
        threading.Thread(target=call, name=f"toxiproxy {self.address}", daemon=True).start()
        try:
            return result.result(self._deadline)
        except DeadlineError:
            raise ControlError(
                f"Toxiproxy at {self.address} did not answer within {self._deadline:g} s",
                code=ControlCode.NO_ANSWER,
            ) from None
        except _ProxyNotFound as error:
            raise ControlError(
                f"Toxiproxy at {self.address}: {error}", code=ControlCode.PROXY_NOT_FOUND
            ) from error
        except (
            requests.RequestException,
            InvalidToxic,
            NotFound,
            ProxyExists,
            KeyError,
            ValueError,
        ) as error:
            raise ControlError(f"Toxiproxy at {self.address}: {error}") from error


def _proxy(server: Toxiproxy, name: str) -> "Toxiproxy":
    proxy = server.get_proxy(name)
    if proxy is None:
        raise _ProxyNotFound(
            f"no proxy named {name!r}; there is: {', '.join(server.proxies()) or 'none'}"
        )
    return proxy
