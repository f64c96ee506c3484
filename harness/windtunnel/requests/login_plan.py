"""How to log in, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from windtunnel.errors import ConfigurationError
from windtunnel.requests.placeholders import Template, template
from windtunnel.requests.request_value import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPlan:
    """How to log in: by a request, by a name and a password, by headers, or by several of these.

    Raises ConfigurationError where a text names a placeholder that is not known.
    """

    request: Request | None = None
    header: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Headers of each later request, with {json.NAME}, {header.NAME} and {cookie.NAME} of the
    login's answer."""
    cookies: bool = True
    """Whether the cookies that the answer sets are sent along."""
    username: str = ""
    """With `password` for HTTP's Basic authentication (RFC 7617)."""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _ = self.header_templates, self.basic_templates

    @property
    def header_templates(self) -> Mapping[str, Template]:
        """The headers' templates by lower-case name."""
        has_answer = self.request is not None
        return {
            name.lower(): template(text, f"login header {name}", of_answer=has_answer)
            for name, text in self.header.items()
        }

    @property
    def basic_templates(self) -> tuple[Template, Template] | None:
        """Name and password; None where they are not asked for."""
        if not self.username:
            return None
        return (
            template(self.username, "login.basic.username"),
            template(self.password, "login.basic.password"),
        )

    def check_request(self) -> None:
        """Refuse a login without anything; ConfigurationError."""
        if self.request is None and not self.header and not self.username:
            raise ConfigurationError("login: expected a request, a header or basic")
