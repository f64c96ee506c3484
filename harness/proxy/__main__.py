"""Run the proxy: `python -m harness.proxy --host 127.0.0.1 --port 8474 [--config FILE]`."""

import argparse
import asyncio
import json
import secrets
import signal
import sys
from pathlib import Path

from aiohttp import web

from harness.proxy.api import application
from harness.proxy.registry import ApiError, Registry
from harness.proxy.timer import Timers


def main() -> int:
    """Serve until SIGTERM or SIGINT; exit status 1 where the port or a proxy cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m harness.proxy", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8474)
    parser.add_argument("--config", type=Path, help="JSON array of proxies, as /populate takes it")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument(
        "--refusal-counting",
        choices=("auto", "packets", "counters", "none"),
        default="auto",
        help="how refused connections are counted; auto takes the most exact that is allowed",
    )
    arguments = parser.parse_args()
    try:
        proxies = _config(arguments.config)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(arguments, proxies))
    except (OSError, ValueError, ApiError) as error:
        sys.stderr.write(f"harness.proxy: {error}\n")
        return 1
    return 0


def _config(path: Path | None) -> object:
    if path is None:
        return []
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: not valid JSON: {error}") from None


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - it does not exist on every platform

    return uvloop.Loop


async def _serve(arguments: argparse.Namespace, proxies: object) -> None:
    timers = Timers()
    registry = Registry(seed=arguments.seed, counting=arguments.refusal_counting, timers=timers)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    runner = web.AppRunner(application(registry), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, arguments.host, arguments.port, shutdown_timeout=0.5)
        await site.start()
        await registry.populate(proxies)
        host, port = runner.addresses[0][:2]
        sys.stdout.write(json.dumps({"listening": f"{host}:{port}"}) + "\n")
        sys.stdout.flush()
        await stopped.wait()
    finally:
        for proxy in registry.proxies.values():
            proxy.discard()
        timers.close()
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
