"""`windtunnel proxy`: run the fault proxy alone."""

from windtunnel.proxy.proxy_command import proxy

__all__ = ["proxy"]
