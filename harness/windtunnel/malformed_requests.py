"""Logs what aiohttp could not read of a request as one line: it is the sender's mistake."""

import logging
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

THEIRS = (HttpProcessingError, web.RequestPayloadError, ConnectionError)
"""Errors that only say what came, or that the sender went away."""
SHOWN = 200
"""Characters of such an error, at most."""

if TYPE_CHECKING:
    _Adapter = logging.LoggerAdapter[logging.Logger]
else:
    _Adapter = logging.LoggerAdapter


class MalformedRequestLog(_Adapter):
    """The logger that aiohttp's server is given. What nobody expected keeps its traceback."""

    def process(
        self, msg: object, kwargs: MutableMapping[str, Any]
    ) -> tuple[object, MutableMapping[str, Any]]:
        """Put an error of the sender's into the line itself."""
        error = kwargs.get("exc_info")
        if isinstance(error, THEIRS):
            said = " ".join(f"{type(error).__name__}: {error}".split())[:SHOWN]
            kwargs = {**kwargs, "exc_info": None}
            # A message, not yet formatted: a percent sign in what came is no place for a value.
            msg = f"{msg}: {ascii(said)[1:-1].replace('%', '%%')}"
        return msg, kwargs


def request_log(logger: logging.Logger) -> MalformedRequestLog:
    """Return the log for one server."""
    return MalformedRequestLog(logger, None)
