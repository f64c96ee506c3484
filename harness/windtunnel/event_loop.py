"""Which event loop everything of ours runs on: uvloop's, where it exists."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


def new_event_loop() -> "asyncio.AbstractEventLoop":
    """Return a new event loop: uvloop's, or asyncio's own on Windows."""
    # Imported here: both take a while, and uvloop does not exist on every platform.
    if sys.platform == "win32":
        import asyncio  # noqa: PLC0415 - the reason above

        return asyncio.new_event_loop()
    import uvloop  # noqa: PLC0415 - the reason above

    return uvloop.new_event_loop()
