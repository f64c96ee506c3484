"""Whether the configuration says enough."""

from collections.abc import Iterator, Mapping

from windtunnel.configuration import Configuration, Loaded
from windtunnel.configuration.configured_secrets import login_variables
from windtunnel.configuration.overrides import ignored
from windtunnel.doctor.check import Check, ok, warn

NAME = "configuration"


def configured(loaded: Loaded, environment: Mapping[str, str]) -> Iterator[Check]:
    """Check what the settings are and where they are."""
    configuration = loaded.configuration
    endpoints, dependencies = len(configuration.endpoints), len(configuration.dependencies)
    yield ok(NAME, f"{loaded.place}: {endpoints} endpoints, {dependencies} dependencies")
    if not configuration.dependencies:
        yield warn(
            NAME,
            "no dependency is configured: nothing can be broken",
            "add [dependencies.NAME] for each thing that your service calls",
        )
    for name in ignored(loaded.table, environment):
        yield warn(NAME, f"the variable {name} is no setting", "unset it, or see windtunnel config")


def login_remedy(configuration: Configuration) -> str:
    """Return what to mend where the service refuses the login."""
    named = ", ".join(login_variables(configuration))
    return (
        f"correct [login] or the variables that it names: {named}" if named else "correct [login]"
    )
