"""JSON without secrets that is JSON still: only its texts are masked, its form and numbers stay."""

import re

from windtunnel.outgoing.clean_records import PAIRS, clean_entry, clean_text, is_of_option
from windtunnel.outgoing.masking import MASK, Masking

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
    before: str | None = None
    key, is_first = "", False
    for found in _TEXT.finditer(text):
        between = text[place : found.start()]
        signs = between.strip()
        if signs:
            name = None  # a list or a number came between, which no name beside it hides
        if signs != ",":
            before = None
        written = found[0].removesuffix(found["key"] or "")
        said = json.loads(written)
        if before is not None and is_first and key in PAIRS:
            name = before
        if not found["key"] and is_of_option(before, said, masking):
            masked = MASK
        elif name is not None and not found["key"]:
            masked = clean_entry(name, said, masking)
        else:
            masked = clean_text(said, masking)
        new = written if masked == said else json.dumps(masked)
        parts += [between, new, found["key"] or ""]
        place = found.end()
        name = said if found["key"] else None
        key = name or key
        before, is_first = said, signs.endswith("[")
    return "".join([*parts, text[place:]])
