"""The client that a journey gets: httpx's, whose transport sends by the engine and records.

Needs the extra `journeys`; imported only where a journey takes a client.
"""

import httpx

from windtunnel.load.connection import HttpAnswer
from windtunnel.load.journeys.step_sender import JourneySteps, StepRequest, awaited
from windtunnel.records import RequestFailure

_ERRORS: dict[RequestFailure, type[httpx.TransportError]] = {
    RequestFailure.TIMED_OUT: httpx.ReadTimeout,
    RequestFailure.RESET: httpx.ReadError,
    RequestFailure.CLOSED: httpx.RemoteProtocolError,
    RequestFailure.MALFORMED: httpx.RemoteProtocolError,
}
"""What httpx raises by itself for such a failure; ConnectError for the others."""
_UNTIL_ITS_END = httpx.Timeout(None)
"""The journey's deadline bounds each step."""
_MADE_ANEW = ("content-length", "transfer-encoding")
"""Headers that say how a body is sent."""


def sync_client(steps: JourneySteps, origin: str) -> httpx.Client:
    """Return a client whose requests are these steps."""
    return httpx.Client(
        transport=_Transport(steps), base_url=origin, timeout=_UNTIL_ITS_END, trust_env=False
    )


def async_client(steps: JourneySteps, origin: str) -> httpx.AsyncClient:
    """Return an async client whose requests are these steps."""
    return httpx.AsyncClient(
        transport=_AsyncTransport(steps), base_url=origin, timeout=_UNTIL_ITS_END, trust_env=False
    )


class _Transport(httpx.BaseTransport):
    def __init__(self, steps: JourneySteps) -> None:
        self._steps = steps

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its whole answer."""
        asked = _asked(request, request.read())
        _, answer = self._steps.begin(asked).result()
        return _response(self._steps, request, answer)


class _AsyncTransport(httpx.AsyncBaseTransport):
    def __init__(self, steps: JourneySteps) -> None:
        self._steps = steps

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its whole answer."""
        asked = _asked(request, await request.aread())
        _, answer = await awaited(self._steps.begin(asked))
        return _response(self._steps, request, answer)


def _asked(request: httpx.Request, body: bytes) -> StepRequest:
    url = request.url
    host = f"[{url.host}]" if ":" in url.host else url.host
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw
    ]
    return StepRequest(
        origin=f"{url.scheme}://{host}:{url.port or _USUAL.get(url.scheme, 0)}",
        method=request.method,
        path=url.raw_path.decode("ascii"),
        headers=tuple(pair for pair in headers if pair[0].lower() not in _MADE_ANEW),
        body=body,
        patience=request.extensions.get("timeout", {}).get("read"),
    )


_USUAL = {"http": 80, "https": 443}


def _response(steps: JourneySteps, request: httpx.Request, answer: HttpAnswer) -> httpx.Response:
    if answer.status is None:
        said = f"{answer.failure.text}: {answer.detail}" if answer.detail else answer.failure.text
        kind = _ERRORS.get(answer.failure, httpx.ConnectError)
        error = kind(f"{request.method} {request.url.path}: {said}", request=request)
        steps.raised.append((error, answer.failure))
        raise error
    lines = [
        (name.encode("latin-1"), line.encode("latin-1"))
        for name, value in answer.headers.items()
        for line in (value.split("\n") if name == "set-cookie" else [value])
    ]
    return httpx.Response(answer.status, headers=lines, content=answer.body, request=request)
