"""The marker `matrix`: one test for each fault of each dependency; and which pairs there are."""

from collections.abc import Callable, Iterable

import pytest

from windtunnel.backends.fault_support import obstacle
from windtunnel.configuration import Configuration, Dependency, topology
from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.fault_kinds import build, kinds
from windtunnel.plugin.marker_words import marks
from windtunnel.plugin.nearest_configuration import use_nearest
from windtunnel.plugin.stash_keys import SESSION
from windtunnel_faults import Capability, Fault


def generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test marked with `matrix` each fault of each dependency as `fault`."""
    marker = next(marks(metafunc.definition, "matrix"), None)
    if marker is None:
        return
    test = metafunc.definition.nodeid
    if "fault" not in metafunc.fixturenames:
        raise pytest.UsageError(f"{test}: {marker.name}: the test needs the argument `fault`")
    try:
        use_nearest(metafunc.definition)
        configuration = metafunc.config.stash[SESSION].configuration
        found = _faults(configuration, marker)
    except ConfigurationError as error:
        raise pytest.UsageError(f"{test}: {error}") from None
    metafunc.parametrize("fault", found, ids=[_identity(fault) for fault in found])


def pairs(configuration: Configuration, capabilities: Iterable[str]) -> list[tuple[str, str]]:
    """Return each dependency with each fault that can strike it, by the fault's name."""
    able = set(capabilities)
    return [
        (name, kind.name)
        for name, dependency in topology.callees(configuration).items()
        for kind in kinds().values()
        if kind.needs in able and _strikes(Capability(kind.needs), dependency)
    ]


def _faults(configuration: Configuration, mark: pytest.Mark) -> list[Fault]:
    kwargs = mark.kwargs
    for name in kwargs:
        if name not in {"faults", "dependencies"}:
            hint = suggestion(name, ("faults", "dependencies"))
            raise ConfigurationError(f"{mark.name} has no argument {name!r}{hint}")
    templates = kwargs.get("faults")
    if mark.args or not isinstance(templates, list | tuple) or not templates:
        raise ConfigurationError(
            f"{mark.name}: expected faults=[…], each a fault's class, another function of a"
            " dependency that returns a fault, or text such as 'latency seconds=0.2'"
        )
    known = topology.callees(configuration)
    wanted = kwargs.get("dependencies", tuple(known))
    if not isinstance(wanted, list | tuple):
        raise ConfigurationError(
            f"{mark.name}: dependencies={shown(wanted)}: expected a list of names"
        )
    for name in wanted:
        if not isinstance(name, str) or name not in known:
            raise ConfigurationError(
                f"{mark.name}: no dependency is named {shown(name)}{suggestion(name, known)}"
            )
    made = [_fault(mark, template, name) for name in wanted for template in templates]
    # A fault of HTTP exchanges has no meaning at a dependency that speaks something else.
    return [fault for fault in made if _strikes(fault.needs, known[fault.dependency])]


def _fault(mark: pytest.Mark, template: str | Callable[[str], Fault], dependency: str) -> Fault:
    if isinstance(template, str):
        name, *given = template.split()
        values = dict(each.partition("=")[::2] for each in given)
        return build(name, dependency, values)
    place = f"{mark.name}: faults: {template!r}"
    if not callable(template):
        raise ConfigurationError(f"{place}: expected a fault's class or a function of a dependency")
    try:
        made = template(dependency)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{place}: {error}") from None
    if not hasattr(made, "form"):
        raise ConfigurationError(f"{place}: returned {made!r}, not a fault")
    return made


def _identity(fault: Fault) -> str:
    return f"{fault.dependency}-{type(fault).__name__}"


def _strikes(needs: Capability, dependency: Dependency) -> bool:
    """Whether a fault with this need can strike the dependency on any backend."""
    return not obstacle(needs, "", dependency, started=not dependency.upstream)
