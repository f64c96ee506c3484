"""What this machine's cores did during a run."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineUse:
    """How the time of the cores that a run could use was spent, in seconds summed over the cores.

    What is in none of these is the run's own: the load engine's, the taps', the service's and its
    dependencies', and the kernel's work for their network.
    """

    available: float
    """Those cores, times the seconds of the run."""
    idle: float
    """Nobody used them."""
    others: float
    """Processes of this machine used them that are no part of the run."""
    stolen: float = 0.0
    """The hypervisor gave them to another machine."""
    waited: float = math.inf
    """Seconds for which the run's own threads were ready and had no core; infinite: unknown.

    Of each process the thread that waited longest, summed: no request passes through two threads of
    one process at once.
    """
