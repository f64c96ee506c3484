"""What no single setting shows to be wrong: settings that do not fit each other."""

import re
from collections.abc import Iterator, Mapping

from windtunnel.configuration import topology
from windtunnel.configuration.models import Configuration, Dependency
from windtunnel.configuration.placeholders import PARTS, PLACEHOLDER
from windtunnel.configuration.positions import Place
from windtunnel.configuration.program_settings import ProgramSettings
from windtunnel.configuration.program_soundness import programs
from windtunnel.configuration.request_settings import RequestSettings
from windtunnel.configuration.unsound import Unsound, is_own_name
from windtunnel.errors import ConfigurationError, did_you_mean, nearest
from windtunnel.outgoing.secret_names import is_secret
from windtunnel.requests.placeholders import template
from windtunnel_faults import Capability

_BARE = re.compile(r"\{(address|host|port)\}")


def check(configuration: Configuration) -> tuple[Unsound, ...]:
    """Return every mistake between settings that are each right by themselves."""
    return (
        *_characters((), configuration.model_dump(by_alias=True)),
        *_requests(configuration),
        *_login(configuration),
        *_endpoints(configuration),
        *_target(configuration),
        *programs(configuration),
        *_docker(configuration),
        *_files(configuration),
        *_dependencies(configuration),
        *_recorded(configuration),
        *_prepared(configuration),
        *_order(configuration),
        *_near_misses(configuration),
    )


def _characters(place: Place, value: object) -> Iterator[Unsound]:
    """Find texts that no variable, argument or file's name can be."""
    if isinstance(value, str):
        # A lone half of a surrogate pair comes by variables and options alone.
        if "\0" in value or (not value.isascii() and _is_no_utf_8(value)):
            yield Unsound(place, "text in UTF-8 without a NUL")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _characters((*place, name), each)
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _characters((*place, number), each)


def _is_no_utf_8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _target(configuration: Configuration) -> Iterator[Unsound]:
    if configuration.address:
        for other in ("command", "service"):
            if getattr(configuration, other):
                yield Unsound((other,), "none beside 'address': that target runs already")


def _docker(configuration: Configuration) -> Iterator[Unsound]:
    docker = configuration.docker
    for one, other in (("tap", "toxiproxy"), ("toxiproxy", "tap")):
        if getattr(docker, one) and not getattr(docker, other):
            yield Unsound(
                ("docker", other), f"a service, which goes with docker.{one}", missing=True
            )


def _requests(configuration: Configuration) -> Iterator[Unsound]:
    settings: list[tuple[Place, RequestSettings]] = [
        (("requests", name), each) for name, each in configuration.requests.items()
    ]
    login = configuration.login
    if login is not None and login.request is not None:
        settings.append((("login", "request"), login.request))
    for place, each in settings:
        if bool(each.file) + bool(each.body) + bool(each.form) + (each.json_ is not None) > 1:
            yield Unsound(place, "one of json, form, body and file")
            continue
        try:
            each.model_copy(update={"file": ""}).request(str(place[-1]))
        except ConfigurationError as error:
            yield Unsound(place, f"a request that can be sent: {error}", hidden=True)


def _login(configuration: Configuration) -> Iterator[Unsound]:
    login = configuration.login
    if login is None:
        return
    if login.is_made or not login.certificate:
        without_file = login.request.model_copy(update={"file": ""}) if login.request else None
        try:
            login.model_copy(update={"request": without_file}).plan().check_request()
        except ConfigurationError as error:
            yield Unsound(("login",), f"a login that can be made: {error}", hidden=True)
    if login.certificate and configuration.tls is None:
        yield Unsound(("login", "certificate"), "none without a table [tls]: a target with TLS")
    for other in ("key", "passphrase"):
        if getattr(login, other) and not login.certificate:
            yield Unsound(("login", "certificate"), f"one, which login.{other} is of", missing=True)
    try:
        template(login.passphrase, "login.passphrase")
    except ConfigurationError as error:
        yield Unsound(("login", "passphrase"), f"a text: {error}", hidden=True)


def _endpoints(configuration: Configuration) -> Iterator[Unsound]:
    named: list[tuple[Place, str]] = [
        (("endpoints", number), each) for number, each in enumerate(configuration.endpoints)
    ]
    named += [
        (("dependencies", name, "endpoint"), each.endpoint)
        for name, each in configuration.dependencies.items()
    ]
    named += [
        (("programs", name, "endpoint"), each.endpoint)
        for name, each in configuration.programs.items()
        if each.endpoint
    ]
    known = configuration.requests
    if topology.gets_requests(configuration):
        yield from _missing_endpoints(configuration)
    for place, each in named:
        if each and not each.startswith("/") and each not in known:
            near = did_you_mean(nearest(each, known))
            also = f", or one of the requests {', '.join(known)}" if known and not near else ""
            yield Unsound(place, f"a path that starts with '/'{also}{near}")


def _missing_endpoints(configuration: Configuration) -> Iterator[Unsound]:
    if not configuration.endpoints:
        missing = "endpoints" not in configuration.model_fields_set
        text = "the endpoints that the criteria are about: paths, or names of requests"
        yield Unsound(("endpoints",), text if missing else f"one at least of {text}", missing)
        return
    for name, each in configuration.dependencies.items():
        if not each.endpoint:
            text = "an endpoint of the target, or a request's name, that calls it once a request"
            yield Unsound(("dependencies", name, "endpoint"), text, missing=True)


def _files(configuration: Configuration) -> Iterator[Unsound]:
    for name, file in configuration.files.items():
        if bool(file.text) == bool(file.template):
            yield Unsound(("files", name), "either text or template")


def _dependencies(configuration: Configuration) -> Iterator[Unsound]:
    for name, dependency in configuration.dependencies.items():
        place: Place = ("dependencies", name)
        variables = dependency.environment
        driven = configuration.programs or "target" in configuration.model_fields_set
        if is_own_name(name) or (driven and name == configuration.target):
            yield Unsound(place, "another name: a part of windtunnel has this one")
        if dependency.command and dependency.upstream:
            text = "none beside 'command', which starts it"
            yield Unsound((*place, "upstream"), text)
        if variables and not any(_leads(text, name) for text in variables.values()):
            text = "a variable that leads to the proxy by {address}, or by {host} and {port}"
            yield Unsound((*place, "environment"), text)
        if configuration.address and not dependency.listen:
            text = "the port of its proxy, to which the running target is to be led"
            yield Unsound((*place, "listen"), text, missing=True)
        elif (configuration.command or configuration.programs) and not _is_led_to(
            configuration, name
        ):
            who = "a program's" if configuration.programs else "the target's"
            text = f"{who} variables that lead here, such as {{ URL = 'http://{{address}}' }}"
            yield Unsound((*place, "environment"), text, missing=True)


def _prepared(configuration: Configuration) -> Iterator[Unsound]:
    known = configuration.dependencies
    able = [name for name, each in known.items() if each.speaks.carries_out_sql]
    for when, steps in configuration.prepare.steps.items():
        for number, step in enumerate(steps):
            place: Place = ("prepare", when, number)
            if bool(step.command) == bool(step.sql):
                # A command is not shown: it may hold a password.
                text = "either a command or a file of SQL"
                yield Unsound(place, text, hidden=bool(step.command))
            elif step.sql and step.service:
                yield Unsound(place, "no service beside sql: a dependency carries it out")
            elif step.sql and step.dependency not in able and (step.dependency or len(able) != 1):
                found = f", such as {', '.join(able)}" if able else ", of which there is none"
                yield Unsound(
                    place, f"by dependency, a PostgreSQL or MySQL that carries it out{found}"
                )
            elif step.command and step.dependency:
                yield Unsound(place, "no dependency beside a command", hidden=True)


def _order(configuration: Configuration) -> Iterator[Unsound]:
    known = configuration.dependencies
    for name, dependency in known.items():
        place: Place = ("dependencies", name, "depends")
        for each in dependency.depends:
            if each not in known:
                near = did_you_mean(nearest(each, known))
                yield Unsound(place, f"names of other dependencies{near}")
            elif name in _needed_by(known, each):
                yield Unsound(place, f"none that needs {name!r} itself, as {each!r} does")


def _needed_by(known: Mapping[str, Dependency], name: str) -> set[str]:
    """Return what a dependency needs, by whatever way, and itself."""
    found: set[str] = set()
    left = [name]
    while left:
        one = left.pop()
        if one in known and one not in found:
            found.add(one)
            left += known[one].depends
    return found


def _recorded(configuration: Configuration) -> Iterator[Unsound]:
    for name, dependency in configuration.dependencies.items():
        place: Place = ("dependencies", name)
        for key in ("record", "record_in_clear"):
            if getattr(dependency, key) and Capability.HTTP not in dependency.speaks.capabilities:
                yield Unsound((*place, key), "none: only of HTTP requests fields are recorded")
        for field in dependency.record_in_clear:
            if is_secret(re.split(r"[:.]", field)[-1], configuration.mask):
                text = f"no secret such as {field!r}, of which 'record' keeps a digest"
                yield Unsound((*place, "record_in_clear"), text)


def _leads(text: str, name: str) -> bool:
    return bool(_BARE.search(text)) or any(f"{{{name}.{part}}}" in text for part in PARTS)


def _is_led_to(configuration: Configuration, name: str) -> bool:
    if configuration.programs:
        return any(each.dependency == name for each in topology.edges(configuration))
    dependency = configuration.dependencies[name]
    return bool(dependency.environment or dependency.listen) or any(
        _leads(text, name) for text in _texts(configuration)
    )


def _texts(configuration: Configuration) -> Iterator[str]:
    """Yield where a dependency may be named as {NAME.address}; a template may name any."""
    for text in (*configuration.command, *configuration.environment.values()):
        yield _BARE.sub("", text)
    for file in configuration.files.values():
        yield "{address}" if file.template else _BARE.sub("", file.text)


def _near_misses(configuration: Configuration) -> Iterator[Unsound]:
    names = configuration.dependencies
    everyone = dict.fromkeys((*names, configuration.target, *configuration.programs))
    far = [f"{name}.{part}" for name in everyone for part in PARTS]
    texts: list[tuple[Place, str, list[str]]] = []
    own = ["python", "host", "port", "files", "ca", *far]
    lifted = configuration.target in configuration.programs
    tables: list[tuple[Place, Configuration | ProgramSettings]] = [((), configuration)]
    tables += [(("programs", name), each) for name, each in configuration.programs.items()]
    for base, table in tables:
        if base or not lifted:
            texts += [((*base, "command", n), text, own) for n, text in enumerate(table.command)]
        for key, text in table.environment.items():
            texts.append(((*base, "environment", key), text, own))
        for key, each in table.files.items():
            texts.append(((*base, "files", key, "text"), each.text, ["ca", *far]))
    for name, dependency in names.items():
        place: Place = ("dependencies", name)
        texts += [
            ((*place, "command", number), text, ["python", "host", "port", "files", *far])
            for number, text in enumerate(dependency.command)
        ]
        texts += [
            ((*place, "environment", key), text, [*PARTS, "ca", *far])
            for key, text in dependency.environment.items()
        ]
    for place, text, known in texts:
        for found in PLACEHOLDER.findall(text):
            near = nearest(found, known, likeness=0.75)
            if near and found not in known:
                yield Unsound(place, f"no {{{found}}}{did_you_mean(f'{{{near}}}')}")
