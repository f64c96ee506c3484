"""The paths that a service answers to GET, as its source says it."""

import re
from collections.abc import Iterator

from windtunnel.discovery.files import Text
from windtunnel.discovery.findings import Route

GO_HANDLER = r"(?:\s*,\s*(?P<handler>\w+)\s*\))?"
PATTERNS = (
    # Flask, FastAPI and the like: @app.get("/x"), @bp.route("/x", methods=["GET"])
    re.compile(
        r"^\s*@\w+\.(?:get|route)\(\s*[\"'](?P<path>/[^\"']*)[\"'](?P<rest>[^\n]*)", re.MULTILINE
    ),
    # Starlette has a Route of "/x", Django a path of "x/".
    re.compile(r"\bRoute\(\s*[\"'](?P<path>/[^\"']*)[\"']\s*,\s*(?P<handler>[\w.]+)"),
    re.compile(r"(?m)^\s*path\(\s*[\"'](?P<path>[^\"']*)[\"']\s*,\s*(?P<handler>[\w.]+)"),
    # Express and the like: app.get('/x', …)
    re.compile(r"\b\w+\.get\(\s*[\"'`](?P<path>/[^\"'`]*)[\"'`]\s*,"),
    # Go: HandleFunc("/x", x), HandleFunc("GET /x", x), r.GET("/x", x)
    re.compile(
        r"\bHandle(?:Func)?\(\s*\"(?:GET )?(?P<path>/[^\"]*)\"(?:\s*,\s*(?P<handler>\w+)\s*\))?"
    ),
    re.compile(r"\b\w+\.(?:GET|Get)\(\s*\"(?P<path>/[^\"]*)\"(?:\s*,\s*(?P<handler>\w+)\s*\))?"),
)
CALL = re.compile(r"\b([A-Za-z_]\w*)\(")
PARAMETER = re.compile(r"[<{:*]")
HEALTH = ("/healthz", "/health", "/livez", "/readyz", "/ready", "/ping", "/status", "/up")
NO_ENDPOINTS = frozenset(
    {"/metrics", "/docs", "/openapi.json", "/favicon.ico", "/admin", "/admin/"}
)


def routes(sources: tuple[Text, ...]) -> list[Route]:
    """Return the routes that have no parameters, in the order of the source."""
    found: dict[str, Route] = {}
    for text in sources:
        for route in _in(text, sources):
            found.setdefault(route.path, route)
    return list(found.values())


def _in(text: Text, sources: tuple[Text, ...]) -> Iterator[Route]:
    hits = [hit for pattern in PATTERNS for hit in pattern.finditer(text.text)]
    hits.sort(key=lambda hit: hit.start())
    for number, hit in enumerate(hits):
        path = hit["path"] if hit["path"].startswith("/") else f"/{hit['path']}"
        groups = hit.groupdict()
        rest = groups.get("rest") or ""
        if "methods" in rest and "GET" not in rest:
            continue
        if PARAMETER.search(path):
            continue
        end = hits[number + 1].start() if number + 1 < len(hits) else len(text.text)
        handler = groups.get("handler")
        body = _body(handler, sources) if handler else text.text[hit.end() : end]
        yield Route(path, text.place(hit.start() + len(hit[0]) - len(hit[0].lstrip())), body)


def _body(handler: str, sources: tuple[Text, ...]) -> str:
    """Return the text of a function, to the next one at the beginning of a line."""
    name = re.escape(handler.rpartition(".")[2])
    begins = re.compile(rf"^(?:async )?(?:def|func|function) {name}\b", re.MULTILINE)
    for text in sources:
        if found := begins.search(text.text):
            rest = text.text[found.end() :]
            ends = re.search(r"(?m)^(?:async )?(?:def|func|function|class|@)", rest)
            return rest[: ends.start()] if ends else rest
    return ""


def functions(body: str, sources: tuple[Text, ...], depth: int) -> str:
    """Return a function's text with those of the functions that it calls, `depth` calls deep."""
    if not depth:
        return body
    called = dict.fromkeys(CALL.findall(body))
    inner = [functions(text, sources, depth - 1) for n in called if (text := _body(n, sources))]
    return "\n".join([body, *inner])
