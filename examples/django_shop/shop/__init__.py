"""A shop: orders are taken by the web program, charged and confirmed by the worker."""

from shop.queue import queue

__all__ = ["queue"]
