"""What the command under way masks: it learns of secrets as it reads options and configuration."""

from pathlib import Path
from typing import TypeVar

import click

from windtunnel.configuration import Configuration
from windtunnel.configuration.configured_secrets import configured
from windtunnel.errors import ConfigurationError
from windtunnel.outgoing.clean_records import clean
from windtunnel.outgoing.clean_stream import LearntMasking, of_environment
from windtunnel.outgoing.json_text import clean_document
from windtunnel.outgoing.masking import Masking
from windtunnel.reports import files

Value = TypeVar("Value")


def learnt(context: click.Context | None = None) -> LearntMasking:
    """Return what the command of this context, or of the current one, has learnt."""
    context = context or click.get_current_context(silent=True)
    found = None if context is None else context.find_object(LearntMasking)
    return found or LearntMasking(of_environment())


def learn_configuration(configuration: Configuration) -> None:
    """Let the current command mask what a configuration says."""
    known = learnt()
    known.masking = configured(known.masking, configuration)


def masking() -> Masking:
    """Return what is masked in what the current command writes."""
    return learnt().masking


def cleaned(value: Value) -> Value:
    """Return a record or a text as the current command may write it."""
    return clean(value, masking())


def write_text(path: Path, text: str, option: str) -> None:
    """Write a file that `option` asked for, masked and whole; ConfigurationError where not."""
    document = clean_document(text, masking())
    try:
        files.write(path, masking().text(text) if document is None else document)
    except ConfigurationError as error:
        raise ConfigurationError(f"{option} {error}") from None
