"""A text that a schema takes, by its format, its pattern, its length and what it is for."""

import re
from collections.abc import Mapping
from typing import Any

from windtunnel.discovery.openapi.pattern_example import pattern_example


class Placeholder(str):
    """A text whose braces are windtunnel's: `{uuid}` is filled in for each request."""

    __slots__ = ()


_UUID = 36
"""Characters of a UUID."""
_LONGEST = 5000
_FORMATS: Mapping[str, str] = {
    "date-time": "2024-02-03T04:05:06Z",
    "date": "2024-02-03",
    "time": "04:05:06Z",
    "duration": "P1D",
    "email": "{uuid}@example.com",
    "idn-email": "{uuid}@example.com",
    "uuid": "{uuid}",
    "hostname": "www.example.com",
    "idn-hostname": "www.example.com",
    "ipv4": "192.0.2.1",
    "ip": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://www.example.com/",
    "url": "https://www.example.com/",
    "iri": "https://www.example.com/",
    "uri-reference": "/",
    "iri-reference": "/",
    "json-pointer": "/a",
    "relative-json-pointer": "1",
    "uri-template": "/a",
    "regex": "a",
    "byte": "c3RyaW5n",
    "password": "Passw0rd-string",
    "phone": "+12025550123",
    "decimal": "1",
}
_SHORT = {"email": "ann@example.com", "idn-email": "ann@example.com"}
"""Where a length leaves no room for more."""
_NAMES = (
    (re.compile(r"e?_?mail$"), "{uuid}@example.com"),
    (re.compile(r"(?:^|_)(?:user_?name|login|slug|sku|handle)$"), "user-{uuid}"),
    (re.compile(r"(?:^|_)(?:url|uri|website|homepage|link)$"), "https://www.example.com/"),
    (re.compile(r"(?:^|_)phone(?:_number)?$"), "+12025550123"),
    (re.compile(r"(?:^|_)password\d?$"), "Passw0rd-string"),
    (re.compile(r"(?:^|_)currency(?:_code)?$"), "USD"),
    (re.compile(r"(?:^|_)country(?:_code)?$"), "US"),
    (re.compile(r"(?:^|_)(?:lang|language|locale)$"), "en"),
    (re.compile(r"(?:^|_)(?:idempotency_key|request_id|correlation_id)$"), "{uuid}"),
)
"""What must often be of a form, or unlike all that were before, though no format says so."""


def text_example(schema: Mapping[str, Any], name: str = "", index: int = 0) -> str | None:
    """Return a text, a different one for each index; None where none was made."""
    least = schema.get("minLength")
    shortest = min(least, _LONGEST) if isinstance(least, int) and least > 0 else 0
    most = schema.get("maxLength")
    longest = most if isinstance(most, int) and most >= 0 else _LONGEST
    pattern = schema.get("pattern")
    kind = schema.get("format")
    number = f"{index + 1}" if index else ""
    if isinstance(pattern, str):
        return pattern_example(pattern, shortest, longest) if not index else None
    known = _FORMATS.get(kind, "") if isinstance(kind, str) else ""
    for text in (known, known and _SHORT.get(str(kind), ""), _of_name(name)):
        if text and _fits(text, shortest, longest):
            made = text if "{uuid}" in text or not number else f"{text}{number}"
            return Placeholder(made) if "{uuid}" in made else made
    text = f"string{number}"
    while len(text) < shortest:
        text += text
    return text[: max(shortest, min(len(text), longest))][:longest]


def _of_name(name: str) -> str:
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
    return next((text for pattern, text in _NAMES if pattern.search(plain)), "")


def _fits(text: str, shortest: int, longest: int) -> bool:
    length = len(text) + (_UUID - len("{uuid}") if "{uuid}" in text else 0)
    return shortest <= length <= longest
