"""The types of settings: what a name, a path or a number of seconds must be."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from windtunnel.address import Address
from windtunnel.records.recorded_field import NAME as FIELD_NAME


def _reachable(text: str) -> str:
    """Return "host:port", or nothing; ValueError where no resolver takes the host."""
    if text:
        try:
            Address.parse(text)
        except ValueError:
            raise ValueError("host:port, of a host whose labels have 1 to 63 letters") from None
    return text


def _short_enough(name: str) -> str:
    """Return a file's name; ValueError where no file system takes it."""
    if len(name.encode()) > LONGEST_NAME:
        raise ValueError(f"a name of up to {LONGEST_NAME} bytes")
    return name


LONGEST_NAME = 200
"""Bytes of a name of a file or a dependency: files that are named after it are of 255 at most."""
LONGEST_TIME = 86_400.0
"""Seconds of a setting: a day. What is longer is a typing error, and some clocks refuse it."""
UPSTREAM = r"^$|^(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):[0-9]{1,5}$"
CALL = r"^\S+( \S.*)?$"

Endpoint = Annotated[str, Field(pattern=r"^(/[!-~]*|[A-Za-z0-9][A-Za-z0-9_.-]*)$")]
EndpointOrNone = Annotated[str, Field(pattern=r"^(/[!-~]*|[A-Za-z0-9][A-Za-z0-9_.-]*)?$")]
UrlPath = Annotated[str, Field(pattern=r"^/[!-~]*$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=LONGEST_NAME)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=LONGEST_NAME)]
HostAndPort = Annotated[
    str,
    Field(pattern=UPSTREAM),
    AfterValidator(_reachable),
]
FileName = Annotated[str, Field(pattern=r"^[^/\s.][^/\s]*$"), AfterValidator(_short_enough)]
HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
Port = Annotated[int, Field(strict=True, ge=0, le=65535)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Share = Annotated[float, Field(strict=True, gt=0, lt=1)]
CallPattern = Annotated[str, Field(pattern=CALL)]
RequestField = Annotated[str, Field(pattern=FIELD_NAME, max_length=LONGEST_NAME)]
Seconds = Annotated[float, Field(strict=True, gt=0, le=LONGEST_TIME, allow_inf_nan=False)]


class Strict(BaseModel):
    """A table of settings: none but those it names, and nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
