"""Applies the form Toxics: adds toxics to the proxy that can have them."""

from windtunnel.backends.fault_forms.struck_proxies import StruckProxies, dependency_alone
from windtunnel.backends.fault_support import TAP_ONLY, toxic_prefix
from windtunnel.backends.own_control import FaultControl
from windtunnel_faults import Fault, Toxics


class ToxicsApplier:
    """Adds toxics to the fault proxy, or to the tap where only our own proxy can have them."""

    def __init__(
        self,
        *,
        tap: FaultControl,
        fault_proxy: FaultControl,
        proxies: StruckProxies = dependency_alone,
    ) -> None:
        self._tap = tap
        self._fault_proxy = fault_proxy
        self._proxies = proxies

    def __repr__(self) -> str:
        return f"<ToxicsApplier on {self._tap} and {self._fault_proxy}>"

    def inject(self, fault: Fault, form: Toxics) -> None:
        """Add the toxics."""
        for proxy in self._proxies(fault):
            self._hop(fault).add(proxy, form, prefix=toxic_prefix(fault))

    def heal(self, fault: Fault, form: Toxics) -> None:
        """Remove the toxics."""
        for proxy in self._proxies(fault):
            self._hop(fault).remove(proxy, prefix=toxic_prefix(fault))

    def _hop(self, fault: Fault) -> FaultControl:
        return self._tap if fault.needs in TAP_ONLY else self._fault_proxy
