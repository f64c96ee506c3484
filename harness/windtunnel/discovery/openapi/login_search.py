"""How to log in, as a document shows it: its security schemes, and an operation that logs in."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from windtunnel.discovery.findings import FoundLogin, FoundRequest
from windtunnel.discovery.openapi.example_requests import example_request
from windtunnel.discovery.openapi.operations import Api, ApiOperation
from windtunnel.discovery.openapi.schema_example import NoExample, SchemaExamples

USERNAME, PASSWORD = "LOGIN_USERNAME", "LOGIN_PASSWORD"
_PATH = re.compile(
    r"(?:^|[/_-])(?:login|log-in|signin|sign-in|sign_in|token|tokens|authenticate|auth|session|sessions"
    r"|obtain[_-]token|jwt/create)/?$"
)
_OTHERS = re.compile(r"refresh|revoke|verify|logout|register|signup|reset|forgot|introspect")
_PASSWORD = re.compile(r"(?i)pass(?:word|phrase|wd)?$|^pwd$|^secret$")
_USERNAME = re.compile(r"(?i)^(?:user(?:_?name)?|e?-?mail|login|identifier|account|user_?id|name)$")
_TOKENS = (
    "access_token", "accessToken", "access", "token", "auth_token", "authToken", "jwt", "id_token",
    "idToken", "key", "session_token", "sessionToken",
)  # fmt: skip
_PREFIX = re.compile(r"(?i)prefix\W{1,4}(\w{1,20})|\b(Token|Bearer)\s+[<{\[]")
_DEEPEST = 3


def is_logout(operation: ApiOperation) -> bool:
    """Return whether an operation ends what a login began, or undoes it."""
    return bool(re.search(r"(?:log|sign)[_-]?out|revoke", operation.own_path.lower()))


def find_login(api: Api, examples: SchemaExamples, place: str) -> FoundLogin | None:
    """Return how to log in; None where the document shows nothing of it."""
    demanded = [scheme for each in api.operations for scheme in each.schemes]
    names = sorted(set(demanded), key=lambda name: -demanded.count(name))
    for name in names:
        scheme = api.schemes.get(name)
        if scheme is not None and (found := _of_scheme(scheme, api, examples, place)):
            return found
    operation = _operation(api)
    found = _by(operation, {}, examples, place) if operation else None
    if found is not None and not demanded:
        found.is_demanded = False
    return found


def _of_scheme(
    scheme: Mapping[str, Any], api: Api, examples: SchemaExamples, place: str
) -> FoundLogin | None:
    kind, way = str(scheme.get("type")), str(scheme.get("scheme", "")).lower()
    if kind == "basic" or (kind == "http" and way == "basic"):
        basic = {"username": f"{{env:{USERNAME}}}", "password": f"{{env:{PASSWORD}}}"}
        return FoundLogin(place, basic=basic, variables=(USERNAME, PASSWORD))
    if kind == "oauth2" and (found := _of_flows(scheme, api, place)):
        return found
    if operation := _operation(api):
        return _by(operation, scheme, examples, place)
    variable = "API_KEY" if kind == "apiKey" else "API_TOKEN"
    name, prefix = _header(scheme)
    if kind == "apiKey" and scheme.get("in") == "query":
        return None
    if kind == "apiKey" and scheme.get("in") == "cookie":
        name, prefix = "Cookie", f"{scheme.get('name')}="
    header = {name: f"{prefix}{{env:{variable}}}"}
    return FoundLogin(place, header=header, variables=(variable,))


def _of_flows(scheme: Mapping[str, Any], api: Api, place: str) -> FoundLogin | None:
    flows = scheme.get("flows")
    if not isinstance(flows, dict):  # Swagger 2
        name = {"password": "password", "application": "clientCredentials"}.get(
            str(scheme.get("flow")), ""
        )
        flows = {name: scheme}
    password, client = flows.get("password"), flows.get("clientCredentials")
    flow = password if isinstance(password, dict) else client
    if not isinstance(flow, dict):
        return None
    base = next((each.path.removesuffix(each.own_path) for each in api.operations), "")
    path = _own_path(str(flow.get("tokenUrl") or ""), base)
    if not path:
        return None
    if flow is password:
        variables = (USERNAME, PASSWORD)
        form = {"grant_type": "password", "username": USERNAME, "password": PASSWORD}
    else:
        variables = ("CLIENT_ID", "CLIENT_SECRET")
        form = {"grant_type": "client_credentials"}
        form |= {name.lower(): name for name in variables}
    request = FoundRequest(
        name="login",
        method="POST",
        path=path,
        form={k: f"{{env:{v}}}" if v in variables else v for k, v in form.items()},
        place=place,
        template=path,
    )
    return FoundLogin(
        place, request, {"Authorization": "Bearer {json.access_token}"}, variables=variables
    )


def _own_path(url: str, base: str) -> str:
    """Return the path of a token's URL on the service itself; empty where it is on another host."""
    try:
        parts = urlsplit(urljoin(f"{base}/", url))
    except ValueError:
        return ""
    local = not parts.netloc or parts.hostname in {"localhost", "127.0.0.1"}
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    return path if url and local and re.fullmatch(r"/[!-~]*", path) else ""


def _operation(api: Api) -> ApiOperation | None:
    """Return the operation that logs in: a POST of such a name with a password in its body."""
    found = [
        each
        for each in api.operations
        if each.method == "POST"
        and "{" not in each.own_path
        and _PATH.search(each.own_path.lower())
        and not _OTHERS.search(each.own_path.lower())
    ]
    found.sort(key=lambda each: len(each.own_path))
    return next(iter(found), None)


def _by(
    operation: ApiOperation, scheme: Mapping[str, Any], examples: SchemaExamples, place: str
) -> FoundLogin | None:
    try:
        request = example_request(operation, examples, place)
    except NoExample:
        return None
    request.name = "login"
    fields = request.form or request.json
    if not isinstance(fields, dict) or not any(_PASSWORD.search(name) for name in fields):
        fields = _asked(operation, examples, fields)
    if not isinstance(fields, dict):
        return None
    secret = [name for name in fields if _PASSWORD.search(name)]
    if not secret:
        return None
    named = [name for name in fields if _USERNAME.search(name)]
    filled = fields | dict.fromkeys(secret, f"{{env:{PASSWORD}}}")
    filled |= dict.fromkeys(named, f"{{env:{USERNAME}}}")
    if request.form:
        request.form = filled
    else:
        request.json = filled
    variables = ((USERNAME,) if named else ()) + (PASSWORD,)
    token = next(_token_paths(operation.answer, examples), "")
    is_cookie = scheme.get("type") == "apiKey" and scheme.get("in") == "cookie"
    if is_cookie or (not scheme and not token):
        return FoundLogin(place, request, variables=variables)
    name, prefix = _header(scheme)
    guess = "" if token else "the document does not say where the answer has its token"
    header = {name: f"{prefix}{{json.{token or 'access_token'}}}"}
    return FoundLogin(place, request, header, variables=variables, guess=guess)


def _asked(operation: ApiOperation, examples: SchemaExamples, given: object) -> object:
    """Return the fields that a login's body may have, where it demands none of them."""
    if operation.body is None:
        return given
    try:
        properties = examples.merged(operation.body.example.schema).get("properties")
    except NoExample:
        return given
    names = [each for each in properties or () if _PASSWORD.search(each) or _USERNAME.search(each)]
    return dict.fromkeys(names, "") or given


def _header(scheme: Mapping[str, Any]) -> tuple[str, str]:
    """Return the header that shows who sends a request, and what comes before the token."""
    said = _PREFIX.search(str(scheme.get("description", "")))
    prefix = f"{said[1] or said[2]} " if said else ""
    name = str(scheme.get("name"))
    if scheme.get("type") == "apiKey" and re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        return name, prefix
    return "Authorization", prefix or "Bearer "


def _token_paths(schema: object, examples: SchemaExamples, depth: int = 0) -> Iterator[str]:
    """Yield where an answer has its token, such as data.token."""
    if schema is None or depth > _DEEPEST:
        return
    try:
        found = examples.merged(schema)
    except NoExample:
        return
    properties = found.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    yield from (name for name in _TOKENS if name in properties)
    for name, each in properties.items():
        if re.fullmatch(r"\w+", name):
            yield from (f"{name}.{rest}" for rest in _token_paths(each, examples, depth + 1))
