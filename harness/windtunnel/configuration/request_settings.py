"""What a user says of requests: each by a name, and how to log in."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from windtunnel.configuration.setting_types import HeaderName, Seconds, Strict, UrlPath
from windtunnel.errors import ConfigurationError
from windtunnel.limited_files import LARGE, read_limited_bytes
from windtunnel.requests.login_plan import LoginPlan
from windtunnel.requests.request_value import METHODS, Request

if TYPE_CHECKING:
    Method = str
else:
    Method = Literal[METHODS]


class RequestSettings(Strict):
    """One request, with placeholders in path, headers, and the texts of json and form.

    {n} is its number in the run, {int:1..9} a number from 1 to 9, {uuid} a UUID of its own,
    {env:NAME} a variable of the environment; {{ is a brace.
    """

    method: Method = "GET"
    """Such as "POST"."""
    path: UrlPath
    """Where it goes, with its query."""
    headers: Mapping[HeaderName, str | tuple[str, ...]] = Field(default_factory=dict)
    """A name with a list of values is sent once for each."""
    json_: Any = Field(default=None, alias="json")
    """A body as JSON, which says so by its Content-Type."""
    form: Mapping[str, str] = Field(default_factory=dict)
    """A body as a form's fields."""
    body: str = ""
    """A body as it is."""
    file: str = ""
    """A file with a body as it is, relative to the folder of the configuration."""
    expect: tuple[int, ...] = ()
    """The statuses of good answers. Empty: all below 400."""
    timeout: Seconds = 10.0
    """Seconds after which it has failed."""
    keep_body: bool = Field(default=False, strict=True)
    """Keeps the bodies of its answers for criteria that look into them (`none_lost`)."""

    def request(self, name: str = "") -> Request:
        """Return it as a value, of this name. ConfigurationError where it cannot be sent."""
        content = b""
        if self.file:
            try:
                content = read_limited_bytes(Path(self.file), LARGE)
            except OSError as error:
                raise ConfigurationError(f"{self.file}: {error.strerror}") from None
        return Request(
            path=self.path,
            method=self.method,
            headers=tuple(
                (key, value)
                for key, values in self.headers.items()
                for value in ((values,) if isinstance(values, str) else values)
            ),
            json=self.json_,
            form=self.form,
            body=self.body,
            content=content,
            expect=self.expect,
            timeout=self.timeout,
            keep_body=self.keep_body,
            name=name,
        )


class BasicSettings(Strict):
    """A name and a password for HTTP's Basic authentication."""

    username: str = Field(min_length=1)
    """The name, which may be {env:NAME}."""
    password: str
    """The password, which may be {env:NAME}."""


class LoginSettings(Strict):
    """How each request shows who sends it."""

    request: RequestSettings | None = None
    """What is sent to log in."""
    header: Mapping[HeaderName, str] = Field(default_factory=dict)
    """What every later request carries, with {json.NAME}, {header.NAME} and {cookie.NAME} of the
    login's answer, such as { X-Session = "{json.session.id}" }."""
    cookies: bool = True
    """Sends the cookies that the login's answer sets."""
    basic: BasicSettings | None = None
    """For HTTP's Basic authentication, beside a request or instead of one."""
    certificate: str = ""
    """A client certificate that is shown with each connection to a target that speaks `tls`: a file
    (PEM) with its chain, relative to the folder of the configuration."""
    key: str = ""
    """The file of its private key (PEM). Empty: the certificate's."""
    passphrase: str = ""
    """Of the key: {env:NAME}."""

    @property
    def is_made(self) -> bool:
        """Whether it is more than a certificate."""
        return self.request is not None or bool(self.header) or self.basic is not None

    def plan(self) -> LoginPlan:
        """Return it as a value. ConfigurationError where its request cannot be sent."""
        basic = self.basic
        return LoginPlan(
            request=self.request.request("login") if self.request else None,
            header=self.header,
            cookies=self.cookies,
            username=basic.username if basic else "",
            password=basic.password if basic else "",
        )
