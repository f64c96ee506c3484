"""Makes a repository of two commits: head is slower, asks its dependency twice, and leaks.

By hand: `python tests/paired/demonstration.py FOLDER`, then there `windtunnel compare base head
--same-python`.
"""

import subprocess
import sys
from pathlib import Path

SERVICE = '''\
"""A service with one dependency."""

import os
import sys
import time

import aiohttp
from aiohttp import web

WORK = {work}
CALLS = {calls}
KEPT_BYTES = {kept}
kept = []


async def busy(request):
    total = 0
    for number in range(WORK):
        total += number
    return web.json_response({{"total": total}})


async def stock(request):
    for _ in range(CALLS):
        async with request.app["http"].get(os.environ["CATALOG_URL"] + "/") as answer:
            await answer.read()
    return web.json_response({{"stock": 1}})


async def note(request):
    if KEPT_BYTES:
        kept.append(bytearray(KEPT_BYTES))
    return web.json_response({{"noted": True}})


async def healthz(request):
    return web.json_response({{}})


async def http(app):
    async with aiohttp.ClientSession() as app["http"]:
        yield


time.sleep(float(os.environ.get("START_SECONDS", "0")))
app = web.Application()
app.cleanup_ctx.append(http)
for handler in (busy, stock, note, healthz):
    app.router.add_get("/" + handler.__name__, handler)
web.run_app(app, host=sys.argv[1], port=int(sys.argv[2]), print=None, access_log=None)
'''

CATALOG = '''\
"""The dependency."""

import sys

from aiohttp import web


async def answer(request):
    return web.json_response({"agents": []})


app = web.Application()
app.router.add_get("/", answer)
web.run_app(app, host=sys.argv[1], port=int(sys.argv[2]), print=None, access_log=None)
'''

CONFIGURATION = """\
command = ["{python}", "service.py", "{host}", "{port}"]
endpoints = ["/busy", "/stock", "/note"]

[dependencies.catalog]
protocol = "http"
command = ["{python}", "catalog.py", "{host}", "{port}"]
environment = {CATALOG_URL = "http://{address}"}
endpoint = "/stock"
"""


def make(folder: Path) -> None:
    """Make the repository, with the tags base and head, and head checked out."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "catalog.py").write_text(CATALOG)
    (folder / "windtunnel.toml").write_text(CONFIGURATION)
    for tag, work, calls, kept in (("base", 20_000, 1, 0), ("head", 30_000, 2, 8_000)):
        (folder / "service.py").write_text(SERVICE.format(work=work, calls=calls, kept=kept))
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--message", tag)
        git(folder, "tag", tag)


def git(folder: Path, *arguments: str) -> str:
    """Run git with an author of its own and no settings of the user's."""
    identity = ["-c", "user.name=demonstration", "-c", "user.email=demonstration@localhost"]
    done = subprocess.run(
        ["git", *identity, "-c", "commit.gpgsign=false", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


if __name__ == "__main__":
    make(Path(sys.argv[1]))
