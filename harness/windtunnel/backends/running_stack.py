"""What a backend has once it is started, and not before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from windtunnel.address import Address
from windtunnel.backends.fault_forms.form_table import FormTable
from windtunnel.backends.own_control import FaultControl, OwnControl
from windtunnel.backends.state_keeper import StateKeeper
from windtunnel.backends.tap import Tap
from windtunnel.errors import ControlCode, ControlError
from windtunnel.records.edge import Edge

Running = TypeVar("Running")


@dataclass(frozen=True, slots=True)
class RunningStack:
    """A stack from its start to its stop."""

    tap: Tap
    tap_control: OwnControl
    forms: FormTable
    addresses: Mapping[Edge, Address]
    """Where each caller reaches what it calls; empty where the compose file has them."""
    upstreams: Mapping[str, Address]
    """Where each dependency itself serves; empty where its container's address says it."""
    given: Mapping[str, str]
    """What else the target's variables and files can name: "files", and "ca", which may be ""."""
    state: StateKeeper
    """Empties and prepares the dependencies."""
    fault_proxy: FaultControl
    """What the taps lead to, and leads on to what is called."""

    def addresses_of(self, caller: str) -> dict[str, Address]:
        """Return where a program reaches what it calls, by name; "" is the driven program."""
        return {
            edge.dependency: address
            for edge, address in self.addresses.items()
            if edge.caller == caller
        }

    def close(self) -> None:
        """Leave what runs on as it was found; renew no lease: what is in force heals after one."""
        self.state.release()
        self.tap_control.close()


def when_started(running: Running | None, backend: str) -> Running:
    """Return what runs; ControlError with the code NOT_STARTED where nothing does yet."""
    if running is None:
        raise ControlError(
            f"the backend {backend} is not started, so it has no tap yet; call start() first",
            code=ControlCode.NOT_STARTED,
        )
    return running
