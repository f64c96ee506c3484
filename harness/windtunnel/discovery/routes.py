"""The routes that a service answers, as its source says it."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from windtunnel.discovery.files import Text
from windtunnel.discovery.findings import Route

_VERB = r"(?P<verb>get|post|put|patch|delete"
PATTERNS = (
    # Flask, FastAPI and the like: @app.get("/x"), @bp.route("/x", methods=["GET"])
    re.compile(
        rf"^\s*@\w+\.{_VERB}|route)\(\s*[\"'](?P<path>/[^\"']*)[\"'](?P<rest>[^\n]*)", re.MULTILINE
    ),
    # Starlette has a Route of "/x", Django a path of "x/".
    re.compile(
        r"\bRoute\(\s*[\"'](?P<path>/[^\"']*)[\"']\s*,\s*(?P<handler>[\w.]+)"
        r"(?P<rest>\s*,\s*methods\s*=[^\n]*)?"
    ),
    re.compile(r"(?m)^\s*path\(\s*[\"'](?P<path>[^\"']*)[\"']\s*,\s*(?P<handler>[\w.]+)"),
    # Express and the like: app.get('/x', …)
    re.compile(rf"(?m)(?<!@)\b\w+\.{_VERB})\(\s*[\"'`](?P<path>/[^\"'`]*)[\"'`]\s*,"),
    # Go: HandleFunc("/x", x), HandleFunc("GET /x", x), r.GET("/x", x)
    re.compile(
        rf"(?i:\bHandle(?:Func)?\(\s*\"(?:{_VERB}) )?)(?P<path>/[^\"]*)\""
        r"(?:\s*,\s*(?P<handler>\w+)\s*\))?"
    ),
    re.compile(
        r"\b\w+\.(?P<verb>GET|Get|POST|Post|PUT|Put|PATCH|Patch|DELETE|Delete)"
        r"\(\s*\"(?P<path>/[^\"]*)\"(?:\s*,\s*(?P<handler>\w+)\s*\))?"
    ),
    # Rails: get "/x", to: "…", and resources, which are asked by their plural.
    re.compile(
        r"(?m)^\s*(?P<verb>get|post|put|patch|delete)\s+[\"'](?P<path>/?[\w/:.-]+)[\"']\s*(?:,|=>)"
    ),
    re.compile(r"(?m)^\s*resources\s+:(?P<path>\w+)"),
    # Spring: @GetMapping("/x")
    re.compile(
        r"@(?P<verb>Get|Post|Put|Patch|Delete)Mapping\(\s*(?:(?:value|path)\s*=\s*)?"
        r"\"(?P<path>/[^\"]*)\""
    ),
)
METHODS = re.compile(r"methods\s*=\s*[\[({]\s*[\"'](?P<first>[A-Za-z]+)")
CALL = re.compile(r"\b([A-Za-z_]\w*)\(")
PARAMETER = re.compile(r"[<{:*]")
HEALTH = ("/healthz", "/health", "/livez", "/readyz", "/ready", "/ping", "/status", "/up")
NO_ENDPOINTS = frozenset(
    {"/metrics", "/docs", "/openapi.json", "/favicon.ico", "/admin", "/admin/"}
)


def routes(sources: tuple[Text, ...]) -> list[Route]:
    """Return the routes in the order of the source."""
    found: dict[tuple[str, str], Route] = {}
    for text in sources:
        for route in _in(text, sources):
            found.setdefault((route.method, route.path), route)
    return list(found.values())


def asked_plainly(found: list[Route]) -> list[Route]:
    """Return those that are asked by GET and have no parameters."""
    plain = [each for each in found if each.method == "GET" and not PARAMETER.search(each.path)]
    return list({each.path: each for each in reversed(plain)}.values())[::-1]


def shape(path: str) -> str:
    """Return a path by which routes of different frameworks can be compared: /items/{}."""
    plain = re.sub(r"\{[^{}]*\}|<[^<>]*>|:\w+|\*\w*", "{}", path.partition("?")[0])
    return plain.rstrip("/") or "/"


def _in(text: Text, sources: tuple[Text, ...]) -> Iterator[Route]:
    hits = [hit for pattern in PATTERNS for hit in pattern.finditer(text.text)]
    hits.sort(key=lambda hit: hit.start())
    for number, hit in enumerate(hits):
        path = hit["path"] if hit["path"].startswith("/") else f"/{hit['path']}"
        path = quote(path, safe="".join(map(chr, range(33, 127))))
        groups = hit.groupdict()
        end = hits[number + 1].start() if number + 1 < len(hits) else len(text.text)
        handler = groups.get("handler")
        body = _body(handler, sources) if handler else text.text[hit.end() : end]
        at = hit.start() + len(hit[0]) - len(hit[0].lstrip())
        yield Route(path, text.place(at), body, _method(groups))


def _method(groups: dict[str, str | None]) -> str:
    """Return the method that a route is asked with; of several GET, else the first."""
    verb = (groups.get("verb") or "route").upper()
    rest = groups.get("rest") or ""
    if verb != "ROUTE" or "methods" not in rest or "GET" in rest:
        return "GET" if verb == "ROUTE" else verb
    named = METHODS.search(rest)
    return named["first"].upper() if named else "GET"


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
