"""Waits for a target that runs already, which the harness does not start."""

import http.client
import logging
import time
from collections.abc import Mapping
from dataclasses import replace

from windtunnel.address import Address
from windtunnel.backends.backend_contract import CONFIGURED, Program
from windtunnel.backends.log_waits import log_wait
from windtunnel.configuration import Configuration
from windtunnel.errors import ConfigurationError, StartError
from windtunnel.owned_hosts import owned_address
from windtunnel.protocols.http.probe import answers_http

LOG = logging.getLogger(__name__)


def running_target(
    configuration: Configuration, environment: Mapping[str, str], program: Program = CONFIGURED
) -> Address:
    """Return the address of the target that runs already, once it is healthy.

    ConfigurationError where it would have to be another program or have other variables;
    StartError where it is not healthy within the start deadline.
    """
    named = replace(Address.parse(configuration.address), tls=configuration.target_tls)
    address = owned_address(named, configuration.owned_hosts, f"address = {str(named)!r}")
    if environment or program != CONFIGURED:
        asked = ", ".join(sorted(environment)) or repr(program)
        raise ConfigurationError(
            f"the target runs already at {address}, so it cannot be given {asked};"
            " configure a command to have one started for each test"
        )
    probe = answers_http(configuration.health)
    begun = time.monotonic()
    until = begun + configuration.start_deadline
    reason = ""
    while True:
        try:
            probe(address)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            if time.monotonic() >= until:
                raise StartError(
                    f"the target at {address} was not healthy within"
                    f" {configuration.start_deadline:g} s: {reason};"
                    " start it, or configure a command"
                ) from None
            time.sleep(0.05)
            # Of a host's addresses, another may answer by now than the one tried.
            address = owned_address(named, configuration.owned_hosts, f"address = {str(named)!r}")
        else:
            log_wait(LOG, f"the target at {address}", time.monotonic() - begun, reason)
            return address
