"""The proxy's command line; it takes Toxiproxy's flags with one dash as well."""

import json
import logging
import secrets
import sys
from pathlib import Path

import click

from windtunnel.ports import CONTROL_PORT
from windtunnel.proxy.control.toxiproxy import COMPATIBLE
from windtunnel.proxy.server import ServerSettings, Unable, run


@click.command()
@click.option("--host", "-host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port",
    "-port",
    default=CONTROL_PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The control port; 0 takes a free one.",
)
@click.option(
    "--config",
    "-config",
    type=click.Path(path_type=Path),
    help="JSON array of proxies to begin with, as /populate takes it.",
)
@click.option("--seed", "-seed", type=int, help="Of every random choice; otherwise a new one.")
@click.option(
    "--refusal-counting",
    type=click.Choice(["auto", "packets", "counters", "none"]),
    default="auto",
    show_default=True,
    help="How refused connections are counted; auto takes the most exact that is allowed.",
)
@click.option(
    "--token",
    default="",
    envvar="WINDTUNNEL_PROXY_TOKEN",
    show_envvar=True,
    help="What each request must carry: Authorization: Bearer TOKEN, or as a password.",
)
@click.option("--open", is_flag=True, help="Let everybody in who reaches a --host of many.")
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path),
    help="Write the certificate that targets must trust for TLS; it goes when the proxy ends.",
)
@click.option("--max-connections", type=click.IntRange(1), help="Open at a time, in all.")
@click.option(
    "--proxy-metrics", "-proxy-metrics", is_flag=True, help="Serve the proxies' /metrics."
)
@click.option(
    "--runtime-metrics", "-runtime-metrics", is_flag=True, help="Serve this process's /metrics."
)
@click.version_option(COMPATIBLE, "-version", "--version", message="compatible with %(version)s")
def proxy(*, seed: int | None, **options: object) -> None:
    """Run the fault proxy alone. Toxiproxy's clients can talk to it.

    Its address is written to standard output, as JSON, once it serves.
    """
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    chosen = secrets.randbelow(2**32) if seed is None else seed
    settings = ServerSettings(seed=chosen, **options)  # type: ignore[arg-type]  # click has checked them

    def ready(address: str) -> None:
        click.echo(json.dumps({"listening": address, "seed": chosen}))
        sys.stdout.flush()

    try:
        run(settings, ready)
    except Unable as error:
        raise click.ClickException(str(error)) from None
