"""What a configuration says of secrets: the names it adds, and the values that it holds."""

from collections.abc import Iterator

from windtunnel.configuration.models import Configuration
from windtunnel.outgoing.masking import Masking


def configured(masking: Masking, configuration: Configuration) -> Masking:
    """Return what is masked where this configuration is in force."""
    masking = masking.also(configuration.mask, shows_all=configuration.show_secrets)
    masking = masking.sparing(_named(configuration))
    masking = masking.knowing(configuration.environment)
    for each in configuration.dependencies.values():
        masking = masking.knowing(each.environment)
    return masking


def _named(configuration: Configuration) -> Iterator[str]:
    """Yield names that a reader needs: of dependencies, services and hosts, and words of paths."""
    hosts = [configuration.address]
    for name, dependency in configuration.dependencies.items():
        yield name
        yield dependency.service or ""
        hosts.append(dependency.upstream)
    for host in filter(None, hosts):
        yield host.rpartition(":")[0]
        yield from host.rpartition(":")[0].split(".")
    for endpoint in configuration.endpoints:
        yield from filter(str.isalpha, endpoint.partition("?")[0].split("/"))
