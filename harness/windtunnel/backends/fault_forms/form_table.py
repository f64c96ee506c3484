"""Finds the applier for a fault's form, and applies or undoes the fault with it."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from windtunnel.errors import UnsupportedFault
from windtunnel_faults import Fault

AppliedForm_contra = TypeVar("AppliedForm_contra", contravariant=True)


class FormApplier(Protocol[AppliedForm_contra]):
    """Applies the faults of one form on one running backend. Raises WindtunnelError."""

    def inject(self, fault: Fault, form: AppliedForm_contra) -> None:
        """Bring the fault about; it is in force when this returns."""
        ...

    def heal(self, fault: Fault, form: AppliedForm_contra) -> None:
        """Undo the fault; it is over when this returns."""
        ...


class FormTable:
    """The appliers of one running backend, by the type of the form that each applies."""

    def __init__(self, backend: str, appliers: Mapping[type, FormApplier[Any]]) -> None:
        self._backend = backend
        self._appliers = dict(appliers)

    def __repr__(self) -> str:
        return f"<FormTable of {self._backend}: {self._names}>"

    def inject(self, fault: Fault) -> None:
        """Bring the fault about; UnsupportedFault where this backend has no applier for it."""
        self._applier(fault).inject(fault, fault.form)

    def heal(self, fault: Fault) -> None:
        """Undo the fault; UnsupportedFault where this backend has no applier for it."""
        self._applier(fault).heal(fault, fault.form)

    def _applier(self, fault: Fault) -> FormApplier[Any]:
        form = type(fault.form)
        if form not in self._appliers:
            raise UnsupportedFault(
                f"{fault!r} has the form {form.__name__}, which the backend {self._backend} cannot"
                f" apply; it applies: {self._names}"
            )
        return self._appliers[form]

    @property
    def _names(self) -> str:
        return ", ".join(sorted(each.__name__ for each in self._appliers))
