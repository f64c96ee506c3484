"""The control port: Toxiproxy's routes, ours beside them, and who may use them."""

from windtunnel.proxy.control.application import Access, application

__all__ = ["Access", "application"]
