"""Applies the form Processing: something is done to a process or a container."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from windtunnel.backends.fault_support import toxic_prefix
from windtunnel.errors import UnsupportedFault
from windtunnel_faults import Fault, ProcessAction, Processing


class ProcessAct(Protocol):
    """One kind of action on a dependency or a program. Raises WindtunnelError."""

    def strike(self, name: str) -> None:
        """Do it; it is done when this returns."""
        ...

    def undo(self, name: str) -> None:
        """Undo it; it serves again when this returns."""
        ...


def itself(name: str) -> Sequence[str]:
    """Return what runs under a name where that is one process of the same name."""
    return (name,)


class ProcessingApplier:
    """Does what a backend can do to a dependency or a program, by the action of the fault.

    `running` returns what runs under a name: of the driven program, each target of the scenario.
    """

    def __init__(
        self,
        actions: Mapping[ProcessAction, ProcessAct],
        running: Callable[[str], Sequence[str]] = itself,
    ) -> None:
        self._actions = dict(actions)
        self._running = running
        self._struck: dict[str, Sequence[str]] = {}

    def __repr__(self) -> str:
        return f"<ProcessingApplier: {', '.join(sorted(self._actions))}>"

    def inject(self, fault: Fault, form: Processing) -> None:
        """Do it."""
        action = self._action(fault, form)
        names = self._struck[toxic_prefix(fault)] = tuple(self._running(fault.dependency))
        if not names:
            raise UnsupportedFault(f"{fault!r}: {fault.dependency!r} does not run")
        for name in names:
            action.strike(name)

    def heal(self, fault: Fault, form: Processing) -> None:
        """Undo it."""
        action = self._action(fault, form)
        for name in self._struck.pop(toxic_prefix(fault), (fault.dependency,)):
            action.undo(name)

    def _action(self, fault: Fault, form: Processing) -> ProcessAct:
        if form.action not in self._actions:
            able = ", ".join(sorted(self._actions))
            raise UnsupportedFault(
                f"{fault!r} needs the action {form.action.value!r}; this backend can: {able}"
            )
        return self._actions[form.action]
