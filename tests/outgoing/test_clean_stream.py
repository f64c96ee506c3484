"""What is written through a clean stream goes on to the other one, as long as that is open."""

import io

from windtunnel.outgoing.clean_stream import CleanStream, LearntMasking
from windtunnel.outgoing.masking import Masking


def test_one_whose_stream_was_closed_is_forgotten_without_a_word() -> None:
    """Python flushes a stream that it forgets, and says so where that fails."""
    stream = io.StringIO()
    clean = CleanStream(stream, LearntMasking(Masking()))
    clean.write("a line\n")
    assert stream.getvalue() == "a line\n"
    stream.close()
    clean.flush()
    clean.close()
