"""What a configuration says of secrets: the names it adds, and the values that it holds."""

from windtunnel.configuration.models import Configuration
from windtunnel.outgoing.masking import Masking


def configured(masking: Masking, configuration: Configuration) -> Masking:
    """Return what is masked where this configuration is in force."""
    masking = masking.also(configuration.mask, shows_all=configuration.show_secrets)
    masking = masking.knowing(configuration.environment)
    for each in configuration.dependencies.values():
        masking = masking.knowing(each.environment)
    return masking
