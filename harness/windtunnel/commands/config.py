"""`windtunnel config`: every setting in force, and where it comes from."""

import json
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from windtunnel.commands.masking import cleaned, learn_configuration
from windtunnel.commands.session_options import CONFIG, SETTING
from windtunnel.configuration import Loaded, resolve, schema
from windtunnel.configuration.positions import Place


@click.command()
@CONFIG
@SETTING
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.option("--schema", "as_schema", is_flag=True, help="The JSON schema of a configuration.")
def config(
    *, config: Path | None, settings: tuple[str, ...], as_json: bool, as_schema: bool
) -> None:
    """Show each setting's value, and the line, variable or option that it comes from.

    Read are --config FILE, else windtunnel.toml, else [tool.windtunnel] in pyproject.toml. An
    environment variable comes before the file, and an option before both: `criteria.error_rate` is
    WINDTUNNEL_CRITERIA__ERROR_RATE or --setting criteria.error_rate=0.01 (with pytest,
    --windtunnel-setting). Lists are split into words as a shell does it.
    """
    if as_schema:
        click.echo(schema.text(), nl=False)
        return
    loaded = resolve(Path.cwd(), config, options=settings)
    learn_configuration(loaded.configuration)
    rows = [
        (key, cleaned({key[-1]: value})[key[-1]], origin)
        for key, value, origin in _rows(loaded.configuration, (), loaded)
    ]
    if as_json:
        found = {
            ".".join(map(str, key)): {"value": value, "origin": origin}
            for key, value, origin in rows
        }
        click.echo(json.dumps(found, indent=2, default=_table))
        return
    click.echo(f"# {loaded.place}")
    texts = [
        (f"{'.'.join(map(str, key))} = {json.dumps(value, default=_table)}", origin)
        for key, value, origin in rows
    ]
    width = min(60, max(len(text) for text, _ in texts))
    for text, origin in texts:
        click.echo(f"{text:<{width}}  # {origin}")


def _table(settings: object) -> object:
    """Return settings within a list as the table that they are."""
    if isinstance(settings, BaseModel):
        return settings.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    raise TypeError(f"{settings!r} is no setting")


def _rows(model: BaseModel, place: Place, loaded: Loaded) -> list[tuple[Place, Any, str]]:
    rows: list[tuple[Place, Any, str]] = []
    for name in type(model).model_fields:
        key = (*place, type(model).model_fields[name].alias or name)
        value = getattr(model, name)
        entries = value if isinstance(value, dict) else {}
        if isinstance(value, BaseModel):
            rows += _rows(value, key, loaded)
        elif entries and all(isinstance(each, BaseModel) for each in entries.values()):
            for entry, inner in entries.items():
                rows += _rows(inner, (*key, entry), loaded)
        else:
            rows.append((key, value, loaded.origins.get(key, "default")))
    return rows
