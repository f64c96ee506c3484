"""The markers: refused where they are written, read where they are used."""

import pytest

from windtunnel.configuration import Configuration, topology
from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.fault_kinds import build
from windtunnel.outgoing.clean_records import clean_text
from windtunnel.plugin.criterion_marker import Criterion, criterion
from windtunnel.plugin.fixture_use import give_stack, uses_stack
from windtunnel.plugin.marker_words import as_written, marks, report_conflicts
from windtunnel.plugin.nearest_configuration import use_nearest
from windtunnel.plugin.stash_keys import SESSION
from windtunnel.target_variables import variable
from windtunnel_faults import Capability, Fault


def check_markers(item: pytest.Item) -> None:
    """Refuse a wrong marker where it is written, and give marked tests their stack."""
    try:
        use_nearest(item)
        capabilities(item)
        environment(item)
        used = bool(faults(item)) | bool(criteria(item))
    except ConfigurationError as error:
        said = clean_text(f"{item.nodeid}: {error}", item.config.stash[SESSION].masking)
        raise pytest.UsageError(f"{said}{_if_not_ours(item)}") from None
    report_conflicts(item)
    if not used:
        return
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is None or not isinstance(item, pytest.Function) or hasattr(item.cls, "assertEqual"):
        raise pytest.UsageError(
            f"{item.nodeid}: fault and criterion mark functions, and methods of plain classes"
        )
    give_stack(item, names)


def _if_not_ours(item: pytest.Item) -> str:
    """Return what to do where the wrong marker is another plugin's, which did not register it."""
    return (
        ""
        if uses_stack(item)
        else " (a marker that is not windtunnel's: name it under `markers` in pytest's settings)"
    )


def capabilities(item: pytest.Item) -> list[Capability]:
    """Return what the test needs its backend to be capable of."""
    known = [capability.value for capability in Capability]
    found = []
    for marker in marks(item, "needs"):
        for name in marker.args or ("",):
            if name not in known:
                raise ConfigurationError(
                    f"{marker.name}({shown(name)}): no such capability{suggestion(name, known)}"
                )
            found.append(Capability(name))
    return found


def environment(item: pytest.Item) -> dict[str, str]:
    """Return the variables that the test sets for its target."""
    variables: dict[str, str] = {}
    # From the class or module inwards: the nearest marker wins.
    for marker in reversed(list(marks(item, "target"))):
        if marker.args:
            raise ConfigurationError(f"{as_written(marker)}: expected NAME=value pairs only")
        variables.update(
            dict(_variable(marker, name, value) for name, value in marker.kwargs.items())
        )
    return variables


def _variable(mark: pytest.Mark, name: str, value: object) -> tuple[str, str]:
    try:
        return variable(name, value)
    except ConfigurationError as error:
        raise ConfigurationError(f"{mark.name}({error})") from None


def faults(item: pytest.Item) -> list[Fault]:
    """Return the faults that are injected for the test, the outermost first."""
    session = item.config.stash[SESSION]
    marked = reversed(list(marks(item, "fault")))
    # Asked for only where a marker is: a session without scenarios needs no configuration.
    return [fault(session.configuration, mark) for mark in marked]


def fault(configuration: Configuration, mark: pytest.Mark) -> Fault:
    """Return one marker's fault; ConfigurationError says what is wrong with it."""
    values = mark.kwargs
    match mark.args:
        case [str(name), str(dependency)]:
            made = build(name, dependency, values)
        case [each] if not values and hasattr(each, "form") and hasattr(each, "dependency"):
            made = each
        case _:
            raise ConfigurationError(
                f"{as_written(mark)}: expected a fault, such as Latency('catalog', 0.2), or its"
                " name, a dependency and values, such as 'latency', 'catalog', seconds=0.2"
            )
    known = {**topology.callees(configuration), **dict.fromkeys(topology.names(configuration))}
    if made.dependency not in known:
        raise ConfigurationError(
            f"{mark.name}({made!r}): no dependency is named {made.dependency!r}"
            f"{suggestion(made.dependency, known)}"
        )
    return made


def criteria(item: pytest.Item) -> list[Criterion]:
    """Return the criteria that judge the test's last run, the outermost first."""
    marked = reversed(list(marks(item, "criterion")))
    return [criterion(mark) for mark in marked]
