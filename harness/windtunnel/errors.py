"""Every exception that windtunnel raises, and the one way it suggests a correct name."""

from collections.abc import Iterable
from difflib import get_close_matches


class WindtunnelError(Exception):
    """Base of all: its text is one message for a person, with place, finding and expectation."""


class ConfigurationError(WindtunnelError):
    """A setting, option, marker or argument is wrong."""


class BackendUnavailable(WindtunnelError):
    """The chosen backend cannot run on this machine (no engine, no program on PATH)."""


class StartError(WindtunnelError):
    """Something that had to start exited, took a used port, or never became healthy."""


class ControlError(WindtunnelError):
    """A proxy, engine or keeper refused a command or did not answer within its deadline."""


class UnsupportedFault(WindtunnelError):
    """The backend lacks the capability that this fault needs."""


class VacuousFault(WindtunnelError, AssertionError):
    """A fault touched no traffic, so whatever the scenario found, it did not test it."""


class NotTestable(WindtunnelError):
    """A property cannot be put to the test here; `needs` says what that would take.

    `again` says that another attempt may find a less busy moment.
    """

    def __init__(self, found: str, *, needs: str, again: bool = False) -> None:
        super().__init__(found)
        self.needs = needs
        self.again = again


class VerdictFailed(AssertionError):
    """A criterion's verdict is FAIL; the text carries its interval and evidence."""


class InconclusiveVerdict(AssertionError):
    """A verdict is INCONCLUSIVE: neither passed nor failed; the text says what is needed."""


def suggestion(found: str, known: Iterable[str]) -> str:
    """Return ' (did you mean X?)' for a near miss of a known name, else the known names."""
    names = sorted(known)
    near = get_close_matches(found, names, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; expected one of: {', '.join(names)}" if names else ""
