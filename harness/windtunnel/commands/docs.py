"""`windtunnel docs`: the documentation of the installed version, without the built site."""

import click

from windtunnel.manual import manual_text


@click.command()
@click.argument("name", metavar="PAGE", required=False)
@click.pass_context
def docs(context: click.Context, *, name: str | None) -> None:
    """Print PAGE of the documentation, or the names of all pages.

    A page of the reference has the signatures and descriptions of what is installed. The last part
    of a name is enough: `windtunnel docs criteria`.
    """
    if name is not None:
        group = context.find_root().command
        assert isinstance(group, click.Group)  # noqa: S101 - this is one of its subcommands
        click.echo(manual_text.page(name.removesuffix(".md"), group).rstrip("\n"))
        return
    known = manual_text.names()
    width = max(map(len, known))
    for each, title in known.items():
        click.echo(f"{each:<{width}}  {title}")
