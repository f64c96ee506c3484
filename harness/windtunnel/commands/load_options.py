"""The options of `windtunnel load`, and the plan that they make."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from windtunnel.commands.duration import SECONDS
from windtunnel.errors import ConfigurationError
from windtunnel.limited_files import LARGE, read_limited_bytes
from windtunnel.load import arrivals, mix_file
from windtunnel.load.destination import Destination, guard, locate
from windtunnel.load.mix import Mix
from windtunnel.load.plan import LoadPlan
from windtunnel.load.recorder import KEEP
from windtunnel.owned_hosts import is_loopback
from windtunnel.requests.request_value import METHODS, Request

_PATH: click.ParamType[Path] = click.Path(path_type=Path)

_OPTIONS = (
    click.option("-c", "--connections", default=32, show_default=True, help="Open at a time."),
    click.option(
        "-d",
        "--duration",
        type=SECONDS,
        default="10s",
        show_default=True,
        help="How long requests are begun, up to 1h.",
    ),
    click.option("-n", "--requests", type=int, help="End a closed loop after so many."),
    click.option(
        "-r",
        "--rate",
        help="Open loop: requests a second, whatever the answers. 500, ramp:100-1000,"
        " steps:100,200,400 or spike:100-1000. Without it a closed loop.",
    ),
    click.option("--poisson", is_flag=True, help="Random gaps, as independent callers make."),
    click.option("-p", "--processes", default=1, show_default=True, help="Processes that send."),
    click.option(
        "-X",
        "--method",
        default="GET",
        show_default=True,
        type=click.Choice(METHODS, case_sensitive=False),
    ),
    click.option("-H", "--header", multiple=True, metavar="NAME:VALUE", help="Repeatable."),
    click.option("-b", "--body", default="", help="The body; @FILE reads one."),
    click.option(
        "-t",
        "--timeout",
        type=SECONDS,
        default="10s",
        show_default=True,
        help="Each request's deadline, from when it was due.",
    ),
    click.option("--expect", multiple=True, type=int, help="A status that is no error."),
    click.option("--mix", type=_PATH, help="A TOML file of [[request]]s to send instead."),
    click.option(
        "--keep",
        default=KEEP,
        show_default=True,
        help="Requests kept one by one. Of more, a sample is, and quantiles come from an HDR"
        " histogram of all.",
    ),
    click.option("--seed", type=int, help="Replays the mix and Poisson arrivals."),
    click.option("--no-keep-alive", is_flag=True, help="A new connection for each request."),
    click.option(
        "--http2", is_flag=True, help="Speak HTTP/2: by ALPN over TLS, else with prior knowledge."
    ),
    click.option(
        "--streams",
        default=1,
        show_default=True,
        help="Requests at a time a connection (HTTP/2).",
    ),
    click.option("--unix-socket", type=_PATH, help="Connect to this instead."),
    click.option("-k", "--insecure", is_flag=True, help="Accept any certificate."),
    click.option("--cacert", default="", metavar="FILE", help="Certificates to trust instead."),
    click.option(
        "--i-own-this-host",
        "--allow-remote",
        "owned",
        default="",
        metavar="HOST",
        help="Needed, with the URL's host, for any but this machine.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """The values of the options that say what is sent, where and when."""

    connections: int
    duration: float
    requests: int | None
    rate: str | None
    poisson: bool
    processes: int
    method: str
    header: tuple[str, ...]
    body: str
    timeout: float
    expect: tuple[int, ...]
    mix: Path | None
    keep: int
    seed: int | None
    no_keep_alive: bool
    http2: bool
    streams: int
    unix_socket: Path | None
    insecure: bool
    cacert: str
    owned: str


def plan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command with the options of `PlanOptions`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _owned(destination: Destination, options: PlanOptions) -> tuple[str, ...]:
    """Return the hosts that may be loaded; the configuration is read where it may matter alone."""
    owned = (options.owned,) if options.owned else ()
    if not destination.port or destination.host in owned or is_loopback(destination.address):
        return owned
    from windtunnel.commands.consent import consented  # noqa: PLC0415 - most loads are of loopback
    from windtunnel.configuration import load  # noqa: PLC0415 - the same

    return consented(owned, partial(load, Path.cwd()))


def plan_of(url: str, options: PlanOptions) -> LoadPlan:
    """Return the plan; ConfigurationError names what is wrong, and nothing has been sent yet."""
    destination, path = locate(
        url,
        unix_socket=options.unix_socket,
        verify=not options.insecure,
        authority=options.cacert,
        http2=options.http2,
    )
    guard(destination, _owned(destination, options))
    if options.poisson and options.rate is None:
        raise ConfigurationError("--poisson: expected --rate, which it spreads")
    if options.requests is not None and options.rate is not None:
        raise ConfigurationError("--requests: a closed loop's; --rate and --duration say how many")
    schedule = None
    if options.rate is not None:
        schedule = arrivals.parse(options.rate, options.duration, poisson=options.poisson)
    plan = LoadPlan(
        destination=destination,
        mix=mix_file.read(options.mix) if options.mix else Mix((_request(path, options),)),
        connections=options.connections,
        seconds=options.duration,
        arrivals=schedule,
        most=arrivals.MOST if options.requests is None else options.requests,
        keep=options.keep,
        seed=secrets.randbelow(2**32) if options.seed is None else options.seed,
        keep_alive=not options.no_keep_alive,
        streams=options.streams,
    )
    plan.split(options.processes)  # so that a wrong number is refused before anything is sent
    return plan


def _request(path: str, options: PlanOptions) -> Request:
    body, content = options.body, b""
    if body.startswith("@"):
        try:
            body, content = "", read_limited_bytes(Path(body[1:]), LARGE)
        except OSError as error:
            raise ConfigurationError(f"--body {body}: cannot be read: {error.strerror}") from None
    headers = []
    for header in options.header:
        name, colon, value = header.partition(":")
        if not colon:
            raise ConfigurationError(f"--header {header!r}: expected NAME:VALUE")
        headers.append((name.strip(), value.strip()))
    return Request(
        path=path,
        method=options.method,
        headers=tuple(headers),
        body=body,
        content=content,
        expect=options.expect,
        timeout=options.timeout,
    )
