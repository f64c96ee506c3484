"""How the dependencies of processes are reached themselves, past the tap."""

from collections.abc import Mapping

from windtunnel.address import Address
from windtunnel.backends.empty_dependencies import runs_already
from windtunnel.backends.program_launcher import ProgramLauncher
from windtunnel.backends.state_keeper import DependencyAccess
from windtunnel.configuration import Configuration, topology
from windtunnel.configuration.account_in_urls import account_of
from windtunnel.configuration.placeholders import variables
from windtunnel.configuration.preparation_settings import PreparationStep
from windtunnel.errors import ConfigurationError


def access_to_processes(
    configuration: Configuration,
    upstreams: Mapping[str, Address],
    programs: ProgramLauncher,
    given: Mapping[str, str],
) -> DependencyAccess:
    """Return how dependencies are reached that are processes of this machine, or run already."""

    def start_anew(name: str) -> None:
        if configuration.dependencies[name].upstream:
            raise ConfigurationError(runs_already(name))
        programs.start_anew(name)

    def run_in_service(step: PreparationStep, deadline: float) -> None:
        raise ConfigurationError(
            f"prepare: `{step}` is to run in the service {step.service!r}, which the backend docker"
            " alone has; without 'service' it runs on this machine"
        )

    return DependencyAccess(
        address=upstreams.__getitem__,
        account=lambda name: account_of(configuration, name),
        ends_with_us=lambda name: not configuration.dependencies[name].upstream,
        has_ended=lambda name: any(each.name == name for each in programs.ended()),
        start_anew=start_anew,
        variables=lambda addresses: variables(
            configuration,
            topology.program(configuration, configuration.target),
            addresses,
            given,
        ),
        run_in_service=run_in_service,
    )
