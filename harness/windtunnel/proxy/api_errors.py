"""A refusal of the control port: a status, a text for a person, and a code for a program."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """What is wrong, as the field `code` of an error's JSON has it; texts may change, codes don't.

    The first ten are Toxiproxy's own errors, which it distinguishes by their texts alone.
    """

    BAD_REQUEST_BODY = "bad_request_body"
    MISSING_FIELD = "missing_field"
    PROXY_NOT_FOUND = "proxy_not_found"
    PROXY_ALREADY_EXISTS = "proxy_already_exists"
    INVALID_STREAM = "invalid_stream"
    INVALID_TOXIC_TYPE = "invalid_toxic_type"
    TOXIC_ALREADY_EXISTS = "toxic_already_exists"
    TOXIC_NOT_FOUND = "toxic_not_found"
    INVALID_LISTEN_ADDRESS = "invalid_listen_address"
    CANNOT_LISTEN = "cannot_listen"

    BODY_TOO_LARGE = "body_too_large"
    INVALID_ADDRESS = "invalid_address"
    INVALID_ATTRIBUTES = "invalid_attributes"
    INVALID_FIELD = "invalid_field"
    INVALID_LEASE = "invalid_lease"
    INVALID_PROTOCOL = "invalid_protocol"
    INVALID_SINCE = "invalid_since"
    INVALID_TLS = "invalid_tls"
    INVALID_TOXICITY = "invalid_toxicity"
    MARK_NOT_FOUND = "mark_not_found"
    TOXIC_FAILED = "toxic_failed"
    """The system cannot do what the toxic asks for."""


class ApiError(Exception):
    """A refusal in Toxiproxy's form, with a code beside."""

    def __init__(self, status: int, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
