"""Applies the form Processing: something is done to the dependency's process or container."""

from collections.abc import Mapping
from typing import Protocol

from windtunnel.errors import UnsupportedFault
from windtunnel_faults import Fault, ProcessAction, Processing


class DependencyAction(Protocol):
    """One kind of action on a dependency. Raises WindtunnelError."""

    def strike(self, dependency: str) -> None:
        """Do it; it is done when this returns."""
        ...

    def undo(self, dependency: str) -> None:
        """Undo it; the dependency serves again when this returns."""
        ...


class ProcessingApplier:
    """Does what a backend can do to a dependency, by the action that a fault asks for."""

    def __init__(self, actions: Mapping[ProcessAction, DependencyAction]) -> None:
        self._actions = dict(actions)

    def __repr__(self) -> str:
        return f"<ProcessingApplier: {', '.join(sorted(self._actions))}>"

    def inject(self, fault: Fault, form: Processing) -> None:
        """Do it."""
        self._action(fault, form).strike(fault.dependency)

    def heal(self, fault: Fault, form: Processing) -> None:
        """Undo it."""
        self._action(fault, form).undo(fault.dependency)

    def _action(self, fault: Fault, form: Processing) -> DependencyAction:
        if form.action not in self._actions:
            able = ", ".join(sorted(self._actions))
            raise UnsupportedFault(
                f"{fault!r} needs the action {form.action.value!r}; this backend can: {able}"
            )
        return self._actions[form.action]
