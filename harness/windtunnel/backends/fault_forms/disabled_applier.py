"""Applies the form Disabled: every hop of a dependency refuses connections."""

from windtunnel.backends.fault_forms.struck_proxies import StruckProxies, dependency_alone
from windtunnel.backends.own_control import FaultControl
from windtunnel_faults import Disabled, Fault


class DisabledApplier:
    """Disables a dependency's proxy on each hop, the target's nearest first.

    The tap refuses too where it is not the fault proxy itself: a tap that accepts, and then finds
    its upstream closed, would turn a refused connection into a reset one.
    """

    def __init__(
        self,
        *,
        tap: FaultControl,
        fault_proxy: FaultControl,
        proxies: StruckProxies = dependency_alone,
    ) -> None:
        self._proxies = proxies
        self._hops = (tap,) if fault_proxy is tap else (tap, fault_proxy)

    def __repr__(self) -> str:
        return f"<DisabledApplier on {self._hops}>"

    def inject(self, fault: Fault, form: Disabled) -> None:
        """Let each hop refuse connections and cut the live ones."""
        for hop in self._hops:
            for proxy in self._proxies(fault):
                hop.disable(proxy)

    def heal(self, fault: Fault, form: Disabled) -> None:
        """Let each hop listen again, the target's nearest last."""
        for hop in reversed(self._hops):
            for proxy in self._proxies(fault):
                hop.enable(proxy)
