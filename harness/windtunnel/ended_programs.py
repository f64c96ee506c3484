"""Ends a test whose target or dependency ended by itself: what follows would judge nothing."""

from windtunnel.backends.backend_contract import Backend
from windtunnel.errors import ProgramEnded


def check_programs(backend: Backend) -> None:
    """Raise ProgramEnded, with exit status and last words, where a program ended by itself."""
    ended = backend.ended_programs()
    if ended:
        raise ProgramEnded("\n".join(f"{each}" for each in ended))
