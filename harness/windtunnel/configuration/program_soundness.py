"""What is wrong between programs: whose name is taken, who calls whom, which one is driven."""

from collections.abc import Collection, Iterator

from windtunnel.configuration import topology
from windtunnel.configuration.models import Configuration
from windtunnel.configuration.positions import Place
from windtunnel.configuration.unsound import Unsound, is_own_name
from windtunnel.errors import did_you_mean, nearest


def programs(configuration: Configuration) -> Iterator[Unsound]:
    """Yield each mistake of the programs."""
    yield from _driven(configuration)
    for name in configuration.programs:
        yield from _program(configuration, name)
    for caller in _callers(configuration):
        yield from _calls(configuration, caller)


def place_of(configuration: Configuration, program: str) -> Place:
    """Return the table of a program; that of a single one is the file itself."""
    return ("programs", program) if program in configuration.programs else ()


def _driven(configuration: Configuration) -> Iterator[Unsound]:
    known, target = configuration.programs, configuration.target
    starts = configuration.command or configuration.service
    if configuration.address:
        if known:
            yield Unsound(("programs",), "none beside 'address': that target runs already")
    elif not starts and known and target not in known:
        near = did_you_mean(nearest(target, known))
        given = "target" in configuration.model_fields_set
        text = f"the program that gets the requests, one of {', '.join(known)}"
        yield Unsound(("target",), f"{text}{near if given else ''}", missing=not given)
    elif not starts and not known:
        text = "how the target starts (or 'service' in a compose file, or 'address' where it runs)"
        yield Unsound(("command",), text, missing=True)
    elif target in known and starts:
        own = known[target]
        if (own.command, own.service) != (configuration.command, configuration.service):
            text = "another name, or no 'command' and 'service' beside it: they start this program"
            yield Unsound(("programs", target), text)


def _program(configuration: Configuration, name: str) -> Iterator[Unsound]:
    own, place = configuration.programs[name], ("programs", name)
    if is_own_name(name):
        yield Unsound(place, "another name: a part of windtunnel has this one")
    if name in configuration.dependencies:
        yield Unsound(place, "another name: a dependency has this one")
    if not own.command and not own.service:
        text = "how it starts (or 'service' in a compose file)"
        yield Unsound((*place, "command"), text, missing=True)
    if own.ready is not None:
        if own.ready.ways != 1:
            yield Unsound((*place, "ready"), "one of http, tcp, log, command and grpc")
        elif name == configuration.target and not own.ready.http and configuration.endpoints:
            text = "http: this program gets the requests to the endpoints"
            yield Unsound((*place, "ready"), text)
    for file, each in own.files.items():
        if bool(each.text) == bool(each.template):
            yield Unsound((*place, "files", file), "either text or template")


def _callers(configuration: Configuration) -> Iterator[str]:
    driven = configuration.command or configuration.service
    if driven and configuration.target not in configuration.programs:
        yield configuration.target
    yield from configuration.programs


def _calls(configuration: Configuration, caller: str) -> Iterator[Unsound]:
    own, place = topology.program(configuration, caller), place_of(configuration, caller)
    known = (*configuration.dependencies, *_callers(configuration))
    for number, name in enumerate(own.calls or ()):
        if expected := _mistake(configuration, caller, name, known):
            yield Unsound((*place, "calls", number), expected)
    named = [name for name in topology.named_by(own) if name in known]
    if own.calls is not None:
        for name in named:
            if name not in own.calls:
                yield Unsound((*place, "calls"), f"{name!r} among them: its variables name it")
    elif caller in named and caller not in configuration.dependencies:
        text = "none that names itself: it has {host} and {port} of its own"
        yield Unsound((*place, "environment"), text)
    for name in topology.calls(configuration, caller):
        callee = configuration.programs.get(name)
        if callee and callee.command and not has_port(configuration, name):
            text = f"a port, or {{port}} in its command or variables: {caller!r} calls it"
            yield Unsound(("programs", name, "port"), text, missing=True)


def _mistake(configuration: Configuration, caller: str, name: str, known: Collection[str]) -> str:
    """Return what was expected in place of a name among a program's calls; "" if it is right."""
    if name not in known:
        near = did_you_mean(nearest(name, known))
        others = [each for each in known if each != caller]
        listed = f", one of {', '.join(others)}" if others else ", of which there is none"
        return f"a dependency or a program{near or listed}"
    if name == caller:
        return "another program: none reaches itself by a tap"
    if topology.program(configuration, caller).command and not _is_led(configuration, caller, name):
        return f"one that a variable of {caller!r} leads to, by {{{name}.address}}"
    return ""


def has_port(configuration: Configuration, name: str) -> bool:
    """Whether a program listens, as far as its settings say."""
    own = topology.program(configuration, name)
    return bool(own.port) or any("{port}" in each for each in topology.texts_of(own))


def _is_led(configuration: Configuration, caller: str, name: str) -> bool:
    own, dependency = (
        topology.program(configuration, caller),
        configuration.dependencies.get(name),
    )
    if dependency is not None and (dependency.environment or dependency.listen):
        return True
    return name in topology.named_by(own) or any(each.template for each in own.files.values())
