"""What a variable's name and value say of an address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from windtunnel.discovery.findings import Variable
from windtunnel.protocols.http.protocol import PROTOCOL as HTTP
from windtunnel.protocols.registry import protocol_named, protocols
from windtunnel.protocols.tcp.protocol import PROTOCOL as TCP

_URL = re.compile(
    r"(?P<scheme>(?:jdbc:)?[a-zA-Z][\w+.-]*)://(?P<user>[^@/\s]*@)?"
    r"(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\])(?::(?P<port>\d{1,5}))?(?P<more>(?:,[\w.:-]+)*)"
    r"(?P<rest>[/?;][^\s]*)?"
)
_ADDRESS = re.compile(
    r"(?P<host>[A-Za-z][\w.-]*|\d+(?:\.\d+){3}):(?P<port>\d{2,5})(?P<more>(?:\s*,\s*[\w.:-]+)*)"
)
_PAIRS = re.compile(r"(?:^|\s)(?P<key>host|port)=(?P<value>[\w.-]+)")
"""A connection string of libpq: host=… port=…"""
_GO_DSN = re.compile(
    r"(?P<user>[^@\s]*)@tcp\((?P<host>[\w.-]+)(?::(?P<port>\d{1,5}))?\)(?P<rest>/\S*)"
)
"""One of Go's driver for MySQL: name:password@tcp(host:port)/database."""
_HOST = re.compile(r"[\w.-]+")
_LAST_PORT = 65535
_NO_HOST = re.compile(r"(?i)true|false|yes|no|on|off|none|null|\d+")
SUFFIX = re.compile(
    r"(?:^|_)(?:BASE_URL|SERVICE_URL|API_URL|ENDPOINT_URL|SERVER_URL|URL|URI|URLS|URIS|DSN|ENDPOINT"
    r"|ADDRESS|ADDRESSES|ADDR|HOSTNAME|HOST|HOSTS|BOOTSTRAP_SERVERS|SERVER|SERVERS|NODES|CONN|LOCATION"
    r"|CONNECTION_STRING|CONNECTION)$",
    re.IGNORECASE,
)
_HOST_NAME = re.compile(r"_(?:HOST|HOSTNAME|SERVER)$", re.IGNORECASE)
_BESIDE = re.compile(r"_(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$", re.IGNORECASE)
_ASKED = re.compile(
    r"(?:^|_)(?:URL|URI|DSN|ENDPOINT|ADDRESS|ADDR|HOSTNAME|HOST|SERVERS?|BROKERS?)$"
)
"""Names that are of an address though no value is known."""
_OWN = frozenset(
    {"HOST", "PORT", "HOSTNAME", "BIND", "BASE_URL", "PUBLIC_URL", "APP_URL", "ROOT_URL", "URL",
     "SERVER_HOST", "CALLBACK_URL", "REDIRECT_URL", "LISTEN_ADDR", "BIND_ADDRESS", "SITE_URL",
     "VIRTUAL_HOST", "LETSENCRYPT_HOST", "DOMAIN", "SERVER_NAME", "ALLOWED_HOSTS",
     "NEXTAUTH_URL", "FRONTEND_URL", "FRONTEND_HOST", "CLIENT_URL", "ORIGIN", "EXTERNAL_URL",
     "WEB_DOMAIN", "LOCAL_DOMAIN", "DOCKER_HOST", "SERVER_ADDRESS", "HTTP_HOST", "LISTEN_HOST",
     "TRUSTED_HOSTS", "WEBHOOK_URL", "DJANGO_ALLOWED_HOSTS", "SERVER_URL"}
)  # fmt: skip
"""Variables of the service's own address."""
_OWN_WORDS = re.compile(
    r"(?:^|_)(?:CORS|CSRF|ALLOWED|TRUSTED|PUBLIC|PROXY|NO|LOGIN_REDIRECT|CALLBACK|REDIRECT|FRONTEND"
    r"|STATIC|MEDIA)(?=_)|^OVERWRITE|(?:ORIGINS?|_PROXY|PUBLIC_URL|ROOT_URL|LOCAL_DOMAIN)$"
)
_OTHER_PORTS = {
    "mysql": 3306, "mysql2": 3306, "mariadb": 3306, "amqp": 5672, "amqps": 5671, "pyamqp": 5672,
    "mongodb": 27017, "nats": 4222, "memcached": 11211, "memcache": 11211, "kafka": 9092,
    "smtp": 25, "smtps": 465, "smtp+tls": 587, "mssql": 1433, "sqlserver": 1433, "mqtt": 1883,
    "mqtts": 8883, "ldap": 389, "ldaps": 636, "cassandra": 9042, "neo4j": 7687, "bolt": 7687,
    "stomp": 61613, "tcp": 0, "grpc": 0, "zookeeper": 2181, "clickhouse": 9000, "ftp": 21,
    "sftp": 22, "submission": 587, "ws": 80, "wss": 443,
}  # fmt: skip
"""Usual ports of URL schemes of no protocol that is known here."""
_TLS = frozenset({"amqps", "smtps", "mqtts", "ldaps", "wss", "mongodb+srv", "tls", "ssl", "grpcs"})
"""Those of them that mean TLS."""
_OTHERS = {
    "mysql": "mysql", "mariadb": "mysql", "mongo": "mongodb", "rabbit": "amqp", "amqp": "amqp",
    "kafka": "kafka", "nats": "nats", "memcache": "memcached", "smtp": "smtp", "mqtt": "mqtt",
    "mssql": "mssql", "cassandra": "cassandra", "neo4j": "neo4j", "ldap": "ldap",
}  # fmt: skip
"""Words in names that say what it is, each with its URLs' scheme."""
_NO_DEPENDENCY = frozenset(
    {"file", "sqlite", "sqlite3", "h2", "data", "memory", "cache+memory", "locmem", "dummy",
     "consolemail", "null", "in-memory", "unix", "urn", "s3", "gs", "azure", "local", "sync"}
)  # fmt: skip
"""Schemes of what is in the service itself, or that name no host."""


@dataclass(frozen=True, slots=True)
class AddressLead:
    """A dependency's address as a variable gives it."""

    protocol: str
    template: str
    host: str = ""
    port: int = 0
    scheme: str = ""
    """In lower case; empty where there is none."""
    is_guess: bool = False
    """Whether the protocol is guessed by the variable's name."""
    is_bare_host: bool = False
    """Whether it is a host alone, whose port no variable gives."""


def lead(variable: Variable, known: Mapping[str, Variable], spoken: str = "") -> AddressLead | None:
    """Return what a variable says of an address; None where it is none.

    `spoken` is the protocol where the source says it; otherwise a name may give it away.
    """
    name, value = variable.name, variable.value.strip()
    upper = name.upper()
    if upper in _OWN or upper.endswith("_PORT") or _OWN_WORDS.search(upper):
        return None
    for read in (_of_url, _of_pairs, _of_go_dsn):
        found = read(value)
        if found is not None:
            return found.lead if found.lead and found.lead.port <= _LAST_PORT else None
    protocol = spoken or _guess(upper)
    said = _of_words(name, value, protocol, known)
    return replace(said, is_guess=False) if said and spoken else said


def _of_words(
    name: str, value: str, protocol: str, known: Mapping[str, Variable]
) -> AddressLead | None:
    """Return what a value says that names no protocol."""
    if address := _ADDRESS.fullmatch(value):
        host, port = address["host"], int(address["port"])
        if port > _LAST_PORT:
            return None
        return AddressLead(protocol, "{address}", host, port, is_guess=True)
    if _HOST_NAME.search(name) or (value and _port_beside(name, known)):
        return _of_host(name, value, protocol, known)
    return _of_name(name.upper(), protocol) if not value else None


@dataclass(frozen=True, slots=True)
class _Read:
    """A value of a form that is known; it may lead nowhere."""

    lead: AddressLead | None


def is_tls(scheme: str) -> bool:
    """Return whether a URL of this scheme is spoken to over TLS."""
    known = frozenset[str]().union(*(each.tls_schemes for each in protocols().values()))
    return scheme in _TLS | known


def port_variable(name: str) -> str:
    """Return the name of the port's variable that goes with a host's: DB_HOST with DB_PORT."""
    return _BESIDE.sub("_port" if name.islower() else "_PORT", name)


def usual_port(scheme: str) -> int:
    """Return the usual port of a URL's scheme; 0 where none is known."""
    for part in _parts(scheme):
        for each in protocols().values():
            if part in each.schemes:
                return each.schemes[part]
        if part in _OTHER_PORTS:
            return _OTHER_PORTS[part]
    return 0


def _of_url(value: str) -> _Read | None:
    url = _URL.fullmatch(value)
    if url is None:
        return None
    scheme = url["scheme"].lower().removeprefix("jdbc:")
    host = url["host"].strip("[]")
    if _parts(scheme)[-1] in _NO_DEPENDENCY:
        return _Read(None)
    port = int(url["port"] or usual_port(scheme))
    template = f"{url['scheme']}://{url['user'] or ''}{{address}}{url['rest'] or ''}"
    return _Read(AddressLead(_protocol(scheme), template, host, port, scheme))


def _of_pairs(value: str) -> _Read | None:
    found = {each["key"]: each["value"] for each in _PAIRS.finditer(value)}
    if "host" not in found:
        return None
    template = _PAIRS.sub(lambda hit: hit[0].replace(hit["value"], f"{{{hit['key']}}}"), value)
    given = found.get("port", "")
    template += "" if given.isdigit() else " port={port}"
    port = int(given) if given.isdigit() else usual_port("postgresql")
    return _Read(AddressLead(_protocol("postgresql"), template, found["host"], port, "postgresql"))


def _of_go_dsn(value: str) -> _Read | None:
    dsn = _GO_DSN.fullmatch(value)
    if dsn is None:
        return None
    port = int(dsn["port"] or usual_port("mysql"))
    template = f"{dsn['user']}@tcp({{address}}){dsn['rest']}"
    return _Read(AddressLead(TCP.name, template, dsn["host"], port, "mysql"))


def _of_name(name: str, protocol: str) -> AddressLead | None:
    if not _ASKED.search(name):
        return None  # a path, a file, a word: no address
    bare = bool(re.search(r"ADDR(?:ESS)?$|SERVERS?$|BROKERS?$", name))
    scheme = _OTHERS.get(_other_word(name)) or _scheme(protocol)
    template = "{address}" if bare else f"{scheme}://{{address}}"
    port = usual_port(scheme) if protocol == TCP.name else 0
    return AddressLead(protocol, template, port=port, is_guess=True)


def _of_host(
    name: str, value: str, protocol: str, known: Mapping[str, Variable]
) -> AddressLead | None:
    if value and (not _HOST.fullmatch(value) or _NO_HOST.fullmatch(value)):
        return None
    pair = _port_beside(name, known)
    port = int(pair.value) if pair and re.fullmatch(r"[0-9]{1,5}", pair.value) else 0
    if port > _LAST_PORT:
        return None
    return AddressLead(
        protocol,
        "{host}" if pair else "{address}",
        value,
        port,
        is_guess=True,
        is_bare_host=pair is None,
    )


def _port_beside(name: str, known: Mapping[str, Variable]) -> Variable | None:
    """Return the variable of the port that goes with a host's."""
    return known.get(port_variable(name)) if _BESIDE.search(name) else None


def _parts(scheme: str) -> list[str]:
    """Return a scheme, then its parts: postgresql+asyncpg is postgresql, db+mysql is mysql."""
    return [scheme, *scheme.split("+")]


def _protocol(scheme: str) -> str:
    for part in _parts(scheme):
        for each in protocols().values():
            if part in each.schemes:
                return each.name
    return TCP.name


def _other_word(name: str) -> str:
    """Return the word in a name that says of no protocol of ours what it is; "" for none."""
    return next((word for word in _OTHERS if word in name.lower()), "")


def _guess(name: str) -> str:
    if _other_word(name):
        return TCP.name
    known = protocols().values()
    # Of all protocols the surest words first: REDIS_DATABASE is of Redis.
    for words in zip_longest(*(each.words for each in known), fillvalue=""):
        for word, protocol in zip(words, known, strict=True):
            if word and _has_word(name.lower(), word):
                return protocol.name
    return HTTP.name if re.search(r"UR[LI]S?$|ENDPOINT$", name) else TCP.name


def _has_word(name: str, word: str) -> bool:
    return word in name.split("_") or (len(word) > 2 and word in name)


def _scheme(protocol: str) -> str:
    return next(iter(protocol_named(protocol).schemes or HTTP.schemes))
