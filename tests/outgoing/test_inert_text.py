"""Nothing that comes from outside acts on a terminal or on a CI system."""

import io

import pytest

from windtunnel.outgoing.clean_stream import CleanStream, LearntMasking
from windtunnel.outgoing.inert_text import inert
from windtunnel.outgoing.masking import Masking


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b[31mred", r"\u001b[2J\u001b[31mred"),
        ("\x1b]0;title\x07", r"\u001b]0;title\u0007"),
        ("\x9b2J\x7f\x00", r"\u009b2J\u007f\u0000"),
        ("over\rwritten", r"over\u000dwritten"),
        ("\u202egnp", r"\u202egnp"),
        ("half \udc80", r"half \udc80"),
        ("::error::x", ": :error::x"),
        ("a\n  ::set-output name=x::y", "a\n  : :set-output name=x::y"),
        ("a ##[group] ##vso[task.setvariable]", "a # #[group] # #vso[task.setvariable]"),
        ("##teamcity[x]", "# #teamcity[x]"),
        ("Größe\tµ\r\n## Title std::string", "Größe\tµ\n## Title std::string"),
    ],
)
def test_control_characters_are_shown_and_orders_broken(text: str, shown: str) -> None:
    assert inert(text) == shown
    assert inert(shown) == shown


def test_a_stream_keeps_our_own_colours_and_writes_what_its_encoding_lacks() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    clean = CleanStream(stream, LearntMasking(Masking()))
    clean.write("\x1b[1;32mOK  \x1b[0m  \x1b[8mhidden\x1b]0;t\x07 →\n")
    written = raw.getvalue().decode()
    assert written == "\x1b[1;32mOK  \x1b[0m  \\u001b[8mhidden\\u001b]0;t\\u0007 \\u2192\n"
