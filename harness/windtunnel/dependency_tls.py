"""What a user says of a dependency's TLS: `tls = "terminate"`, or a table that says more."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

SYSTEM = "system"


class Tls(BaseModel):
    """What the tap does with the TLS between target and dependency."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    mode: Literal["terminate", "passthrough"] = "terminate"
    """`terminate` ends the target's TLS at the tap, with a certificate of the authority {ca}, so
    that HTTP faults and faults of the handshake can strike. `passthrough` passes TLS on untouched,
    for the protocol tcp."""
    upstream: Literal["plain", "tls"] = "plain"
    """How `terminate` goes on to the dependency: without TLS, or with TLS of its own."""
    trust: str = SYSTEM
    """Whom to trust as the dependency where `upstream` is tls: `system` for the system's
    authorities, `any` for anybody, or a file of certificates (PEM), relative to `directory`."""
    server_name: str = ""
    """Whom to ask for there. Empty: whom the target asked for, or else the dependency's host."""
    certificate: str = ""
    """The client certificate that the dependency is shown where `upstream` is tls: a file (PEM)
    with its chain, relative to `directory`."""
    key: str = ""
    """The private key of `certificate`: a file (PEM) without a passphrase. Empty: it is in the file
    of the certificate."""
    client_trust: str = ""
    """Whose client certificates the target must show to `terminate`: those of the authorities in a
    file (PEM), relative to `directory`, or `any` (over TLS 1.2). Empty: it is asked for none."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        onward = (self.trust, self.server_name, self.certificate, self.key) != (SYSTEM, "", "", "")
        ended = self.upstream == "tls" or onward or self.client_trust
        if self.mode == "passthrough" and ended:
            raise ValueError("all other settings need the mode 'terminate'")
        if self.upstream == "plain" and onward:
            raise ValueError("trust, server_name, certificate and key need upstream = 'tls'")
        if self.key and not self.certificate:
            raise ValueError("key needs the certificate that it belongs to")
        return self

    @property
    def terminates(self) -> bool:
        """Whether the target's TLS ends at the tap."""
        return self.mode == "terminate"


def _table(value: object) -> object:
    return {"mode": value} if isinstance(value, str) else value


TlsField = Annotated[
    Tls | None,
    BeforeValidator(
        _table, json_schema_input_type=Literal["terminate", "passthrough"] | Tls | None
    ),
]
"""A mode alone, or a table."""
