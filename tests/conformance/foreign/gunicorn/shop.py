"""A WSGI application with requests; each dependency behind a pybreaker of its own."""

import os
from collections.abc import Callable, Iterable

import pybreaker
import requests
from requests.adapters import HTTPAdapter

Start = Callable[[str, list[tuple[str, str]]], object]

NAMES = ("first", "second")
RECOVERY = float(os.environ.get("RECOVERY", "1.5"))
THRESHOLD = int(os.environ.get("THRESHOLD", "3"))
TIMEOUT = float(os.environ.get("CALL_TIMEOUT", "0.8"))

session = requests.Session()
session.mount("http://", HTTPAdapter(pool_maxsize=64))


class Missing(Exception):
    """The dependency answered with a client error."""


breakers = {
    name: pybreaker.CircuitBreaker(
        fail_max=THRESHOLD, reset_timeout=RECOVERY, success_threshold=1, exclude=[Missing]
    )
    for name in NAMES
}


def fetch(url: str) -> bytes:
    """Return the dependency's list."""
    answer = session.get(url, timeout=TIMEOUT)
    if 400 <= answer.status_code < 500:
        raise Missing
    answer.raise_for_status()
    answer.json()
    return answer.content


def application(environ: dict[str, str], start: Start) -> Iterable[bytes]:
    """Answer one request."""
    name = environ["PATH_INFO"].removeprefix("/")
    if name not in NAMES:
        start("200 OK", [("Content-Length", "3")])
        return [b"ok\n"]
    try:
        body = breakers[name].call(fetch, f"{os.environ[f'{name.upper()}_URL']}/agents")
    except Missing:
        start("404 Not Found", [("Content-Length", "0")])
        return []
    except (pybreaker.CircuitBreakerError, requests.RequestException):
        start("200 OK", [("Content-Length", "2"), ("X-Fallback", name)])
        return [b"[]"]
    start("200 OK", [("Content-Length", str(len(body)))])
    return [bytes(body)]
