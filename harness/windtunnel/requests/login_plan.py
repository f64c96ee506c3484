"""How to log in, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from windtunnel.requests.request_value import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPlan:
    """How to log in: by a request, by a name and a password, or both."""

    request: Request | None = None
    header: Mapping[str, str] = field(default_factory=dict)
    """Headers of each later request, with {json.NAME}, {header.NAME} and {cookie.NAME} of the
    login's answer."""
    cookies: bool = True
    """Whether the cookies that the answer sets are sent along."""
    username: str = ""
    """With `password` for HTTP's Basic authentication (RFC 7617)."""
    password: str = ""
