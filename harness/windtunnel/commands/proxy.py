"""`windtunnel proxy`: run the fault proxy alone."""

from windtunnel.proxy.command import proxy

__all__ = ["proxy"]
