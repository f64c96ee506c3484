"""JSON without secrets that is JSON still: only its texts are masked, its form and numbers stay."""

import re

from windtunnel.outgoing.clean_records import clean_entry, clean_text
from windtunnel.outgoing.masking import Masking

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?')


def clean_document(text: str, masking: Masking) -> str | None:
    """Return a JSON document as it may leave; None where the text is none."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    # Every command masks what it prints, and few print JSON: `windtunnel --help` is to be quick.
    import json  # noqa: PLC0415 - the reason above

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    parts: list[str] = []
    place = 0
    name: str | None = None
    for found in _TEXT.finditer(text):
        between = text[place : found.start()]
        if between.strip():
            name = None  # a list or a number came between, which no name beside it hides
        written = found[0].removesuffix(found["key"] or "")
        said = json.loads(written)
        masked = clean_text(said, masking) if name is None else clean_entry(name, said, masking)
        new = written if masked == said else json.dumps(masked)
        parts += [between, new, found["key"] or ""]
        place = found.end()
        name = said if found["key"] else None
    return "".join([*parts, text[place:]])
