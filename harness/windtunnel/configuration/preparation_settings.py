"""What a user says of the state that tests find: commands and SQL files."""

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from windtunnel.configuration.setting_types import Seconds, Strict
from windtunnel.outgoing.secret_names import is_secret

HIDDEN = "hidden"
"""The kind of a mistake whose value is not shown: it may hold a password."""
_PLAIN = re.compile(r"-[A-Za-z]|--[a-z-]+|\.{0,2}/?\w[\w/-]*\.[a-z]{1,5}|[a-z][a-z:_-]{0,19}")
"""An option without a value, a script or a module, and a word such as `migrate`."""
_SHOWN = 3
"""Words of a command that are shown at most: the program, its script and what that is to do."""


def _words(value: object) -> object:
    """Return a command's words, where it is one text as a shell has it; PydanticCustomError."""
    if not isinstance(value, str):
        return value
    try:
        return shlex.split(value)
    except ValueError as error:
        text = "a command as a shell has it: {error}"
        raise PydanticCustomError(HIDDEN, text, {"error": f"{error}"}) from None


def first_words(command: Sequence[str]) -> str:
    """Return a command's program and what it surely has no secret in, for a person to know it by.

    Options and what comes after them may hold passwords in forms that no rule knows:
    `mysql -phunter22`, `psql -c "ALTER ROLE app PASSWORD 'hunter22'"`.
    """
    shown = list(command[:1])
    for word in command[1:_SHOWN]:
        if not _PLAIN.fullmatch(word):
            break
        shown.append(word)
        is_option = word.startswith("-") and word != "-m"
        if is_option or is_secret(word):
            break
    return shlex.join(shown) + (" …" if len(shown) < len(command) else "")


def _step(value: object) -> object:
    """Return the table that a text or a list of words stands for."""
    if isinstance(value, str):
        return {"sql": value} if value.lower().endswith(".sql") else {"command": value}
    if isinstance(value, list | tuple):
        return {"command": value}
    return value


Command = Annotated[
    tuple[str, ...], BeforeValidator(_words, json_schema_input_type=str | tuple[str, ...])
]


class PreparationStep(Strict):
    """One command or one file of SQL.

    A text that ends with ".sql" is a file, any other a command; a list is a command's words.
    """

    command: Command = ()
    """What is run in the folder `directory`, by no shell, with {python}, {files}, {NAME.address},
    {NAME.host} and {NAME.port} of the dependencies themselves, past the tap. It has the target's
    variables, which lead past the tap too."""
    service: str = ""
    """The service of the compose file in a container of which the command is run (docker). Empty:
    it is run on this machine."""
    sql: str = ""
    """A file of statements, relative to the folder of the configuration."""
    dependency: str = ""
    """Which dependency is to carry out `sql`. Empty: the only database there is whose
    protocol is `postgresql` or `mysql`."""

    def __str__(self) -> str:
        return self.sql or first_words(self.command)


Step = Annotated[
    PreparationStep,
    BeforeValidator(_step, json_schema_input_type=str | tuple[str, ...] | PreparationStep),
]


class StatePreparation(Strict):
    """The state that tests find in the dependencies."""

    session: tuple[Step, ...] = ()
    """What is run once, when all dependencies are up, before the first target: such as
    "python manage.py migrate" or "schema.sql"."""
    test: tuple[Step, ...] = ()
    """What is run before each test, once what is fresh for it has been emptied."""
    deadline: Seconds = Field(default=300.0)
    """Seconds that one step may take."""

    @property
    def steps(self) -> Mapping[str, tuple[PreparationStep, ...]]:
        """All steps by the setting that has them."""
        return {"session": self.session, "test": self.test}
