"""A Node service: its framework, and how it is started."""

import json
import re
import shlex
from pathlib import Path

from windtunnel.discovery.files import Text, read
from windtunnel.discovery.findings import Seen, ServiceStart

FRAMEWORKS = ("express", "fastify", "koa", "@nestjs/core", "hono", "@hapi/hapi")
LISTENS = re.compile(r"\.listen\(\s*(?P<port>\d{2,5})\b")


def target(folder: Path, sources: tuple[Text, ...]) -> ServiceStart | None:
    """Return how the service is started; None where there is no package.json."""
    text = read(folder, folder / "package.json")
    if text is None:
        return None
    try:
        package = json.loads(text.text)
    except json.JSONDecodeError:
        return None
    if not isinstance(package, dict):
        return None
    uses = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    name = next((each for each in FRAMEWORKS if each in uses), "Node")
    at = text.text.find(f'"{name}"')
    framework = Seen(name, text.place(at) if at >= 0 else "package.json")
    command, source = _command(folder, package, text)
    takes_port = any("process.env.PORT" in each.text or "env.PORT" in each.text for each in sources)
    listens = next((found for each in sources if (found := LISTENS.search(each.text))), None)
    port = 0 if takes_port or listens is None else int(listens["port"])
    environment = {"PORT": "{port}"} | ({"HOST": "{host}"} if _reads(sources, "HOST") else {})
    return ServiceStart(framework, command, source, port, environment if takes_port else {})


def _command(folder: Path, package: dict[str, object], text: Text) -> tuple[tuple[str, ...], Seen]:
    scripts = package.get("scripts")
    start = scripts.get("start") if isinstance(scripts, dict) else None
    if isinstance(start, str):
        place = text.place(text.text.find('"start"'))
        # npm starts a shell that starts node: a signal would reach npm alone.
        plain = start.startswith("node ") and not set(start) & set("&|;$<>`")
        return tuple(shlex.split(start)) if plain else ("npm", "start"), Seen("", place)
    for name in (package.get("main"), "server.js", "index.js", "app.js", "src/index.js"):
        if isinstance(name, str) and (folder / name).is_file():
            return ("node", name), Seen("", name)
    return ("node", "server.js"), Seen("", guess="no start script and no main in package.json")


def _reads(sources: tuple[Text, ...], variable: str) -> bool:
    return any(re.search(rf"\benv\.{variable}\b", each.text) for each in sources)
