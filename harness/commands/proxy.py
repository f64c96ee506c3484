"""`windtunnel proxy`: run the fault proxy alone."""

from harness.proxy.command import proxy

__all__ = ["proxy"]
