"""`windtunnel clean`: remove what killed runs left behind."""

import click

from windtunnel.leftovers import sweep
from windtunnel.paired.work_trees import abandoned
from windtunnel.shared_clocks import abandoned as abandoned_clocks
from windtunnel.shared_clocks import remove_abandoned


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would go, remove nothing.")
def clean(*, dry_run: bool) -> None:
    """Remove what killed runs left behind, and only that.

    That is processes, folders, containers and networks of runs that no longer have a keeper, and
    work trees of comparisons that are over. Live runs are left alone.
    """
    swept = sweep(remove=not dry_run)
    verb = "would remove" if dry_run else "removed"
    for leftover in swept.leftovers:
        click.echo(f"{verb} {leftover.kind} {leftover.name} (run {leftover.run})")
    trees = abandoned(remove=not dry_run)
    for folder in trees:
        click.echo(f"{verb} work trees {folder}")
    clocks = list(abandoned_clocks()) if dry_run else remove_abandoned()
    for path in clocks:
        click.echo(f"{verb} shared memory {path} of a clock")
    if not swept.leftovers and not trees and not clocks:
        click.echo("nothing was left behind")
    for note in swept.notes:
        click.echo(note)
