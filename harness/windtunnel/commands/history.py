"""`windtunnel history`: what earlier comparisons measured, and where it changed."""

from pathlib import Path

import click

from windtunnel.commands.masking import write_text
from windtunnel.errors import ConfigurationError
from windtunnel.history.changes import series_of
from windtunnel.history.store import GIT_NOTES, read
from windtunnel.history.svg import picture
from windtunnel.history.text import lines


@click.command()
@click.argument("place", default=GIT_NOTES)
@click.option("--endpoint", help="Show this endpoint only.")
@click.option("--changed", is_flag=True, help="Show only series whose level changed.")
@click.option("--svg", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def history(*, place: str, endpoint: str | None, changed: bool, svg: Path | None) -> None:
    """Print the runs kept in PLACE, and mark where a figure changed its level.

    PLACE is a file that `compare --history FILE` wrote, or "git-notes" (the default). Figures of
    different machines, or under different conditions, are never put side by side.
    """
    entries = read(place, Path.cwd())
    every = [
        series
        for series in series_of(entries)
        if (endpoint is None or series.endpoint == endpoint) and (series.changes or not changed)
    ]
    if not entries:
        raise ConfigurationError(f"history {place}: it holds no runs yet")
    if not every:
        click.echo("no such series")
        return
    for line in lines(every):
        click.echo(line)
    if svg is not None:
        write_text(svg, picture(every), "--svg")
