"""One bounded HTTP request to a control port on this machine."""

import http.client
from http import HTTPStatus

from windtunnel.address import Address
from windtunnel.errors import ControlError


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
        raise ControlError(f"{method} http://{address}{path}: {error or type(error)}") from error
    finally:
        connection.close()
    if response.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise ControlError(
            f"{method} http://{address}{path}: {response.status}"
            f" {content.decode(errors='replace').strip()}"
        )
    return content
