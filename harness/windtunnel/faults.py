"""What can go wrong: every fault, and what a fault of one's own is made from.

The faults live in a package of their own, which imports nothing of windtunnel.
"""

from windtunnel_faults import *  # noqa: F403 - the same names, under the one that users know
from windtunnel_faults import __all__ as _names

__all__ = list(_names)
