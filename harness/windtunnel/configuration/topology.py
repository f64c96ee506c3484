"""Which programs make the system under test, who calls whom, and in which order they start."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from windtunnel.configuration.models import Configuration, Dependency
from windtunnel.configuration.placeholders import PARTS, PLACEHOLDER
from windtunnel.configuration.program_settings import ProgramSettings, Readiness
from windtunnel.records.edge import Edge, the_edge

_OF_ANOTHER = re.compile(rf"(.+)\.({'|'.join(PARTS)})")


def with_target(configuration: Configuration) -> Configuration:
    """Return a configuration whose driven program stands where a single one does.

    That is the program `target`, or the only one that is ready by http. Where neither tells, the
    configuration stays as it is.
    """
    if configuration.command or configuration.service or configuration.address:
        return configuration
    programs = configuration.programs
    by_http = [name for name, each in programs.items() if each.ready and each.ready.http]
    name = configuration.target
    if "target" not in configuration.model_fields_set:
        alone = by_http or (() if configuration.endpoints else tuple(programs))
        name = alone[0] if len(alone) == 1 else name
    if name not in programs:
        return configuration
    own = programs[name]
    lifted: dict[str, Any] = {
        "target": name,
        "command": own.command,
        "service": own.service,
        "port": own.port,
    }
    if own.ready and own.ready.http:
        lifted["health"] = own.ready.http
    return configuration.model_copy(update=lifted)


def program(configuration: Configuration, name: str) -> ProgramSettings:
    """Return the settings of a program, the driven one's included; KeyError where there is none.

    Where all are in `programs`, the variables and files beside them are for each.
    """
    programs, target = configuration.programs, configuration.target
    if target in programs:
        own = programs[name]
        common: dict[str, Any] = {
            "environment": {**configuration.environment, **own.environment},
            "files": {**configuration.files, **own.files},
        }
        if name == target and own.ready is None:
            common["ready"] = Readiness(http=configuration.health)
        return own.model_copy(update=common)
    if name != target:
        return programs[name]
    return ProgramSettings(
        command=configuration.command,
        service=configuration.service,
        port=configuration.port,
        environment=configuration.environment,
        files=configuration.files,
        ready=Readiness(http=configuration.health),
        calls=configuration.calls,
    )


def gets_requests(configuration: Configuration) -> bool:
    """Whether the driven program serves HTTP; else it is driven by what it reads."""
    target, known = configuration.target, configuration.programs
    ready = known[target].ready if target in known else None
    return ready is None or bool(ready.http)


def others(configuration: Configuration) -> tuple[str, ...]:
    """Return the programs beside the driven one, each after those that it calls.

    Of those that call each other in a circle, the first in the configuration starts first.
    """
    found: dict[str, None] = {}
    entered: set[str] = set()

    def enter(name: str) -> None:
        if name not in entered and name in configuration.programs:
            entered.add(name)
            for each in calls(configuration, name):
                enter(each)
            found[name] = None

    for name in configuration.programs:
        enter(name)
    found.pop(configuration.target, None)
    return tuple(found)


def names(configuration: Configuration) -> tuple[str, ...]:
    """Return the programs, the driven one first."""
    return (configuration.target, *others(configuration))


def calls(configuration: Configuration, name: str) -> tuple[str, ...]:
    """Return what a program calls, as it says, or as its placeholders and dependencies tell."""
    own = program(configuration, name)
    if own.calls is not None:
        return tuple(dict.fromkeys(own.calls))
    dependencies = configuration.dependencies
    called = set(named_by(own))
    if not configuration.programs or not own.command or _has_templates(own):
        called.update(dependencies)
    called.update(each for each, dependency in dependencies.items() if dependency.environment)
    everyone = dict.fromkeys((*dependencies, *_all_programs(configuration)))
    return tuple(each for each in everyone if each in called)


def _all_programs(configuration: Configuration) -> tuple[str, ...]:
    return tuple(dict.fromkeys((configuration.target, *configuration.programs)))


def _has_templates(settings: ProgramSettings) -> bool:
    return any(each.template for each in settings.files.values())


def texts_of(settings: ProgramSettings) -> Iterator[str]:
    """Yield where a program may name what it calls, but for templates, which may name anything."""
    yield from settings.command
    yield from settings.environment.values()
    yield from (each.text for each in settings.files.values())


def named_by(settings: ProgramSettings) -> tuple[str, ...]:
    """Return whom a program's placeholders name, as {NAME.address} does."""
    found = [
        match[1]
        for text in texts_of(settings)
        for each in PLACEHOLDER.findall(text)
        if (match := _OF_ANOTHER.fullmatch(each))
    ]
    return tuple(dict.fromkeys(found))


def edges(configuration: Configuration) -> tuple[Edge, ...]:
    """Return each way from a program to what it calls, those of the driven one first."""
    return tuple(
        of_caller(configuration, caller, each)
        for caller in names(configuration)
        for each in calls(configuration, caller)
    )


def of_caller(configuration: Configuration, caller: str, dependency: str) -> Edge:
    """Return the edge of a program, by its name, to one that it calls."""
    return Edge(dependency, caller="" if caller == configuration.target else caller)


def edge(configuration: Configuration, dependency: str, caller: str = "") -> Edge:
    """Return the edge that is meant by a dependency and its caller; see `the_edge`."""
    return the_edge(edges(configuration), dependency, target=configuration.target, caller=caller)


def callees(configuration: Configuration) -> Mapping[str, Dependency]:
    """Return all that is called: the dependencies, and the programs that others call."""
    called = dict.fromkeys(each.dependency for each in edges(configuration))
    found = dict(configuration.dependencies)
    for name in called:
        if name not in found:
            own = program(configuration, name)
            found[name] = Dependency(
                protocol=own.speaks,
                service=own.service,
                port=own.port,
                endpoint=own.endpoint or next(iter(configuration.endpoints), ""),
                ignore=own.ignore,
            )
    return found


def description(configuration: Configuration) -> tuple[str, ...]:
    """Return who calls whom, in one line; nothing where there is one program."""
    if not configuration.programs:
        return ()
    said = [
        f"{name} calls {', '.join(called)}"
        for name in names(configuration)
        if (called := calls(configuration, name))
    ]
    return (f"{len(names(configuration))} programs: {'; '.join(said)}",)
