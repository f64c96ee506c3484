"""Every exception that windtunnel raises, and the one way it suggests a correct name."""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum

__all__ = [
    "BackendUnavailable",
    "ConfigurationError",
    "ControlCode",
    "ControlError",
    "InconclusiveVerdict",
    "LoginFailed",
    "MarkerConflict",
    "MissingExtra",
    "NotConfigured",
    "NotTestable",
    "ProgramEnded",
    "StartError",
    "UnsupportedFault",
    "VacuousFault",
    "VerdictFailed",
    "WindtunnelError",
]


class WindtunnelError(Exception):
    """Base of all: its text is one message for a person, with place, finding and expectation."""


LONGEST = 1900
"""Characters of a message about what was given, at most: nobody reads more of it."""
LINES = 10
"""Mistakes that are listed one by one."""


class ConfigurationError(WindtunnelError):
    """A setting, option, marker or argument is wrong."""

    def __init__(self, found: str) -> None:
        super().__init__(shortened(found))


class NotConfigured(ConfigurationError):
    """The project says nothing of its service: there is no configuration file."""


class BackendUnavailable(WindtunnelError):
    """The chosen backend cannot run on this machine (no engine, no program on PATH)."""


class MissingExtra(BackendUnavailable):
    """A part of windtunnel needs packages that only one of its extras installs."""


class StartError(WindtunnelError):
    """Something that had to start exited, took a used port, or never became healthy."""


class LoginFailed(StartError):
    """The service refused the login, or its answer lacks what later requests need."""


class ProgramEnded(WindtunnelError):
    """A target or a dependency ended by itself while a test ran, so that nothing can be judged."""


class ControlCode(StrEnum):
    """Why a ControlError was raised, for code that acts on it. The text is for people alone.

    A proxy of ours answers with the values of the first two as its field `code`.
    """

    PROXY_NOT_FOUND = "proxy_not_found"
    TOXIC_NOT_FOUND = "toxic_not_found"
    NO_ANSWER = "no_answer"
    """Nothing listens there, or no answer came within the deadline."""
    NOT_STARTED = "not_started"
    """The backend was asked for something that it has only once it is started."""
    OTHER = "other"

    @classmethod
    def of(cls, value: object) -> "ControlCode":
        """Return the code with this value; OTHER where nothing here acts on it."""
        return next((code for code in cls if code == value), cls.OTHER)


class ControlError(WindtunnelError):
    """A proxy, engine or keeper refused a command or did not answer within its deadline."""

    def __init__(self, found: str, *, code: ControlCode = ControlCode.OTHER) -> None:
        super().__init__(found)
        self.code = code


class UnsupportedFault(WindtunnelError):
    """The backend lacks the capability that this fault needs."""


class VacuousFault(WindtunnelError, AssertionError):
    """A fault touched no traffic, so whatever the scenario found, it did not test it."""


class MarkerConflict(UserWarning):
    """A short marker is left alone, because another plugin or the project registers its word."""


class NotTestable(WindtunnelError):
    """A property cannot be put to the test here; `needs` names what that would take.

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


def shortened(text: str, most: int = LONGEST) -> str:
    """Return a text without its middle where it is longer; what is left out is counted."""
    if len(text) <= most:
        return text
    half = (most - 40) // 2
    return f"{text[:half]} [… {len(text) - 2 * half} characters …] {text[-half:]}"


def shown(value: object, most: int = 80) -> str:
    """Return a value as it is written in code, shortened; no value makes this fail."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - a user's own value may raise whatever it likes
        if isinstance(value, int):  # of more digits than Python writes
            return "a number of thousands of digits"
        return f"a {type(value).__name__} whose repr raises {type(error).__name__}"
    return text if len(text) <= most else f"{text[: most - 4]} ..."


def listed(lines: list[str], number: int) -> str:
    """Return the first mistakes of a number of them, each a line, and how many more there are."""
    shown: list[str] = []
    for line in lines[:LINES]:
        short = shortened(line, 400)
        if sum(map(len, shown)) + len(short) > LONGEST - 100:
            break
        shown.append(short)
    if number > len(shown):
        shown.append(f"and {number - len(shown)} more mistakes")
    return "\n".join(shown)


def nearest(found: str, known: Iterable[str], *, likeness: float = 0.6) -> str:
    """Return the known name that is most like `found`; "" where none is as like as `likeness`.

    `likeness` goes from 0 to 1, where only the same name is like enough.
    """
    # Beyond a line's length nothing is a slip of the hand, and the search takes its square.
    return next(iter(get_close_matches(found[:100], list(known), n=1, cutoff=likeness)), "")


def did_you_mean(near: str) -> str:
    """Return "; did you mean 'X'?", or "" where no name is near."""
    return f"; did you mean {near!r}?" if near else ""


def suggestion(found: object, known: Iterable[str]) -> str:
    """Return "; did you mean 'X'?" for a near miss of a known name, else the known names.

    `found` is what was given, without quotes around it; what is no text is like no name.
    """
    names = sorted(known)
    if near := did_you_mean(nearest(found if isinstance(found, str) else "", names)):
        return near
    return f"; expected one of: {', '.join(names)}" if names else ""
