"""The proxy as a program: its settings, its control port, and its end."""

import asyncio
import gc
import ipaddress
import json
import logging
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from windtunnel.event_loop import new_event_loop
from windtunnel.limited_files import read_limited
from windtunnel.malformed_requests import request_log
from windtunnel.proxy import request_bodies
from windtunnel.proxy.api_errors import ApiError
from windtunnel.proxy.control import Access, application
from windtunnel.proxy.control.certificate import certificate
from windtunnel.proxy.events import EventBroadcast
from windtunnel.proxy.proxy_registry import ProxyRegistry
from windtunnel.proxy.refusals.syn_packets import stamping
from windtunnel.proxy.request_bodies import ProxyBody
from windtunnel.proxy.server_context import ConnectionLimit, ServerContext
from windtunnel.proxy.tls.authority import Authority
from windtunnel.timers import Timers

LOG = logging.getLogger(__name__)
FILES_PER_CONNECTION = 2
MANY_FILES = 2**20
"""The limit that is asked for where the system has none. It refuses an unlimited one."""
FILES_OF_OUR_OWN = 128
"""Open files that are reserved for everything but connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """How the program is to run."""

    host: str
    port: int
    config: Path | None
    """A JSON array of proxies, as /populate takes it."""
    seed: int
    refusal_counting: str
    token: str
    open: bool
    """Whether a port that others can reach may be without a token."""
    proxy_metrics: bool
    runtime_metrics: bool
    ca_file: Path | None
    """Where the certificate that targets must trust is written, while this runs."""
    max_connections: int | None
    """None means as many as the limit on open files allows."""


class Unable(Exception):
    """The program cannot run; its text is one line for a person."""


def run(settings: ServerSettings, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. `ready` is called with the control port's address."""
    proxies = _config(settings.config)
    if not _is_loopback(settings.host) and not settings.token and not settings.open:
        raise Unable(
            f"--host {settings.host}: others could reach the control port and inject faults;"
            " expected a loopback address, a --token, or --open"
        )
    with stamping(), asyncio.Runner(loop_factory=new_event_loop) as runner:
        try:
            runner.run(_serve(settings, proxies, ready))
        except ApiError as error:
            raise Unable(f"--config {settings.config}: {error}") from None


def _config(path: Path | None) -> list[ProxyBody]:
    if path is None:
        return []
    try:
        return request_bodies.proxies(json.loads(read_limited(path)))
    except OSError as error:
        raise Unable(f"--config {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise Unable(f"--config {path}: not valid JSON: {error}") from None
    except ApiError as error:
        text = str(error).removeprefix("bad request body: ")
        raise Unable(f"--config {path}: {text}") from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _room(wanted: int | None) -> int:
    """Raise the limit on open files as far as allowed; return how many connections may be open."""
    files, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = MANY_FILES if hard == resource.RLIM_INFINITY else hard
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest, hard))
    except (OSError, ValueError) as error:
        LOG.warning("the limit on open files stays at %d: %s", files, error)
    else:
        files = highest
    room = max(1, (files - FILES_OF_OUR_OWN) // FILES_PER_CONNECTION)
    if wanted is not None and wanted > room:
        raise Unable(
            f"--max-connections {wanted}: the limit on open files, {files}, leaves room for {room};"
            " expected no more than that, or a higher limit (ulimit -Hn)"
        )
    return room if wanted is None else wanted


def _tune_collector() -> None:
    """Collect cyclic garbage seldom: a search through all records would delay traffic."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _serve(
    settings: ServerSettings, proxies: list[ProxyBody], ready: Callable[[str], None]
) -> None:
    events, timers, authority = EventBroadcast(), Timers(), Authority()
    registry = ProxyRegistry(
        ServerContext(
            seed=settings.seed,
            counting=settings.refusal_counting,
            timers=timers,
            events=events,
            connections=ConnectionLimit(_room(settings.max_connections)),
            authority=authority,
        )
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    access = Access(settings.token, any_host=not _is_loopback(settings.host))
    further = (*_metrics(settings, registry), certificate(authority))
    app = application(registry, events, access, further=further)
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        logger=request_log(LOG),
        # A compressed body stays so, as in Toxiproxy: a thousand times its size may be in it.
        auto_decompress=False,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port, shutdown_timeout=0.5)
        try:
            await site.start()
        except OSError as error:
            reason = (error.strerror or str(error)).rpartition(": ")[2]
            raise Unable(f"cannot listen at {settings.host}:{settings.port}: {reason}") from None
        await registry.populate(proxies, [])
        host, port = runner.addresses[0][:2]
        _tune_collector()
        with _published(authority, settings.ca_file):
            ready(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
            await stopped.wait()
    finally:
        for proxy in registry.proxies.values():
            proxy.discard()
        timers.close()
        await runner.cleanup()


@contextmanager
def _published(authority: Authority, path: Path | None) -> Iterator[None]:
    """Keep the authority's certificate in a file; it is no secret, the key stays in memory."""
    if path is None:
        yield
        return
    try:
        path.write_bytes(authority.pem)
    except OSError as error:
        raise Unable(f"--ca-file {path}: {error.strerror}") from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _metrics(settings: ServerSettings, registry: ProxyRegistry) -> tuple[web.RouteDef, ...]:
    if not settings.proxy_metrics and not settings.runtime_metrics:
        return ()
    # Imported here: it takes a while, and few ask for it.
    from windtunnel.proxy.control.metrics import metrics  # noqa: PLC0415 - the reason above

    return (
        metrics(
            lambda: list(registry.proxies.values()),
            of_proxies=settings.proxy_metrics,
            of_runtime=settings.runtime_metrics,
        ),
    )
