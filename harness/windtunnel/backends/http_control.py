"""One bounded HTTP request to a control port on this machine."""

import http.client
from http import HTTPStatus

import msgspec

from windtunnel.address import Address
from windtunnel.errors import ControlCode, ControlError


def call(
    address: Address, method: str, path: str, body: bytes | None = None, *, timeout: float = 10.0
) -> bytes:
    """Return the answer's body; ControlError on no answer within `timeout` or a status over 299."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=timeout)
    try:
        connection.request(method, path, body=body)
        response = connection.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise ControlError(
            f"{method} http://{address}{path}: {error or type(error)}", code=ControlCode.NO_ANSWER
        ) from error
    finally:
        connection.close()
    if response.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise ControlError(
            f"{method} http://{address}{path}: {response.status}"
            f" {content.decode(errors='replace').strip()}",
            code=_code(content),
        )
    return content


def _code(content: bytes) -> ControlCode:
    """Return the code that a refusal gives beside its text."""
    try:
        return ControlCode.of(msgspec.json.decode(content, type=_Refusal).code)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ControlCode.OTHER  # no proxy of ours wrote this


class _Refusal(msgspec.Struct):
    """A refusal as our proxy writes it; the rest of its fields is for people."""

    code: str
