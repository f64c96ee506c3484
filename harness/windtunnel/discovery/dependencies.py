"""Which of a service's variables lead to a dependency, and to which."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from windtunnel.discovery.compose import ProjectComposeFile
from windtunnel.discovery.findings import Found, Variable
from windtunnel.protocols.http.protocol import PROTOCOL as HTTP
from windtunnel.protocols.registry import protocol_named, protocols
from windtunnel.protocols.tcp.protocol import PROTOCOL as TCP

URL = re.compile(
    r"^(?P<scheme>[a-zA-Z][\w+.-]*)://(?P<user>[^@/\s]*@)?(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\])"
    r"(?::(?P<port>\d{1,5}))?(?P<rest>[/?][^\s]*)?$"
)
ADDRESS = re.compile(r"^(?P<host>[A-Za-z][\w.-]*|\d+(?:\.\d+){3}):(?P<port>\d{2,5})$")
SUFFIX = re.compile(
    r"(?:^|_)(?:BASE_URL|SERVICE_URL|API_URL|URL|URI|DSN|ENDPOINT|ADDRESS|ADDR|HOSTNAME|HOST|SERVER)$"
)
HOST = re.compile(r"_(?:HOST|HOSTNAME|SERVER)$")
OWN = frozenset(
    {"HOST", "PORT", "HOSTNAME", "BIND", "BASE_URL", "PUBLIC_URL", "APP_URL", "ROOT_URL", "URL",
     "SERVER_HOST", "CALLBACK_URL", "REDIRECT_URL", "LISTEN_ADDR", "BIND_ADDRESS"}
)  # fmt: skip
"""Variables of the service's own address."""
OTHER_PORTS = {
    "mysql": 3306, "amqp": 5672, "mongodb": 27017, "nats": 4222, "memcached": 11211,
}  # fmt: skip
"""Usual ports of URL schemes of no protocol that is known here."""


@dataclass(frozen=True, slots=True)
class _Lead:
    """A dependency's address as a variable gives it."""

    protocol: str
    template: str
    host: str = ""
    port: int = 0


def dependencies(
    variables: Iterable[Variable], composed: list[Variable], file: ProjectComposeFile | None
) -> tuple[list[Found], list[str]]:
    """Return the dependencies that variables lead to, and notes on what could not be seen."""
    outside = {each.name: each for each in variables}
    # What the compose file gives comes first: the source reads the same variable without a value.
    known = outside | {each.name: each for each in composed if each.value}
    found: dict[str, Found] = {}
    notes: list[str] = []
    for name, variable in known.items():
        lead = _lead(name, variable, known)
        if lead is None:
            continue
        here = _lead(name, outside[name], known) if name in outside else None
        made = _found(name, outside.get(name, variable), lead, here, file)
        other = found.get(made.name)
        if other is not None:
            other.environment |= made.environment
            continue
        if lead.template == "{host}":
            made.environment[HOST.sub("_PORT", name)] = "{port}"
        if lead.template.partition("://")[0] in _tls_schemes():
            notes.append(
                f"{name} ({variable.place}) speaks TLS: as it is written here the proxy sees only"
                " bytes, and its address is in no certificate. Give"
                f' dependencies.{made.name} its protocol ({made.protocol}) and tls = "terminate"'
                ' (or { upstream = "tls" }), and your service {ca} to trust'
            )
            made.protocol = TCP.name
        own = protocol_named(made.protocol).has_own_server
        if not made.upstream and not made.service and not own:
            notes.append(
                f"where {made.name} runs ({name}, {variable.place}): give"
                f" dependencies.{made.name}.upstream or .command"
            )
        found[made.name] = made
    return list(found.values()), notes


def _lead(name: str, variable: Variable, known: dict[str, Variable]) -> _Lead | None:
    if name in OWN or name.endswith("_PORT"):
        return None
    value = variable.value
    if url := URL.match(value):
        scheme = url["scheme"].lower()
        port = int(url["port"] or _usual_port(scheme.partition("+")[0]))
        template = f"{url['scheme']}://{url['user'] or ''}{{address}}{url['rest'] or ''}"
        return _Lead(_protocol(scheme), template, url["host"].strip("[]"), port)
    protocol = _guess(name)
    if address := ADDRESS.match(value):
        return _Lead(protocol, "{address}", address["host"], int(address["port"]))
    if HOST.search(name):
        pair = known.get(HOST.sub("_PORT", name))
        port = int(pair.value) if pair and pair.value.isdigit() else 0
        template = "{host}" if pair else "{address}"
        return _Lead(protocol, template, value if re.match(r"^[\w.-]+$", value) else "", port)
    if value or not SUFFIX.search(name):
        return None  # a path, a file, a word: no address
    bare = bool(re.search(r"ADDR(?:ESS)?$", name))
    return _Lead(protocol, "{address}" if bare else f"{_scheme(protocol)}://{{address}}")


def _found(
    name: str, variable: Variable, lead: _Lead, here: _Lead | None, file: ProjectComposeFile | None
) -> Found:
    short = SUFFIX.sub("", name).strip("_").lower() or name.lower()
    made = Found(short, lead.protocol, {name: lead.template}, variable.place)
    services = file.services if file else {}
    port = lead.port or protocol_named(lead.protocol).default_port
    if lead.host in services:
        made.service = lead.host
        assert file is not None  # noqa: S101 - else it has no services
        published = file.published(lead.host, port)
        made.upstream = f"127.0.0.1:{published}" if published else ""
    elif short in services:
        made.service = short
    outside = here if here and here.host and here.host not in services else None
    if outside and (outside.port or port):
        made.upstream = f"{outside.host}:{outside.port or port}"
    elif lead.host and lead.host not in services and port:
        made.upstream = f"{lead.host}:{port}"
    # One of this machine's own, such as a Redis: windtunnel starts one for each run.
    local = made.upstream.partition(":")[0] in {"localhost", "127.0.0.1"}
    if local and protocol_named(made.protocol).has_own_server:
        made.upstream = ""
    return made


def _protocol(scheme: str) -> str:
    plain = scheme.partition("+")[0]
    found = (each.name for each in protocols().values() if plain in each.schemes)
    return next(found, TCP.name)


def _usual_port(scheme: str) -> int:
    known = (each.schemes[scheme] for each in protocols().values() if scheme in each.schemes)
    return next(known, OTHER_PORTS.get(scheme, 0))


def _tls_schemes() -> frozenset[str]:
    return frozenset().union(*(each.tls_schemes for each in protocols().values()))


def _guess(name: str) -> str:
    known = protocols().values()
    # Of all protocols the surest words first: REDIS_DATABASE is of Redis.
    for words in zip_longest(*(each.words for each in known), fillvalue=""):
        for word, protocol in zip(words, known, strict=True):
            if word and _has_word(name.lower(), word):
                return protocol.name
    return HTTP.name if re.search(r"UR[LI]$|ENDPOINT$", name) else TCP.name


def _has_word(name: str, word: str) -> bool:
    return word in name.split("_") or (len(word) > 2 and word in name)


def _scheme(protocol: str) -> str:
    return next(iter(protocol_named(protocol).schemes or HTTP.schemes))
