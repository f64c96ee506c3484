"""Windtunnel: fault injection for pytest that decides from evidence whether a service held.

The names below are what a scenario's annotations need; the fixtures give the objects.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.async_stack import AsyncStack
    from harness.injection import Injection
    from harness.plugin.fixtures import Judge
    from harness.records import Run
    from harness.records.load_run import LoadRun
    from harness.stack import Stack
    from harness.target import Target

__version__ = "0.1.0"

__all__ = [
    "AsyncStack",
    "Injection",
    "Judge",
    "LoadRun",
    "Run",
    "Stack",
    "Target",
    "__version__",
]

_PLACES = {
    "AsyncStack": "harness.async_stack",
    "Injection": "harness.injection",
    "Judge": "harness.plugin.fixtures",
    "LoadRun": "harness.records.load_run",
    "Run": "harness.records",
    "Stack": "harness.stack",
    "Target": "harness.target",
}
"""Loaded when first asked for: the `windtunnel` command starts without most of them."""


if not TYPE_CHECKING:  # a checker that saw it would take any name for one of ours

    def __getattr__(name: str) -> object:
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(_PLACES[name]), name)
