"""What a configuration says of secrets: the names it adds, and the values that it holds."""

import os
from collections.abc import Iterator, Mapping

from windtunnel.configuration.models import Configuration
from windtunnel.configuration.request_settings import RequestSettings
from windtunnel.outgoing.masking import Masking
from windtunnel.requests.placeholders import variables


def configured(masking: Masking, configuration: Configuration) -> Masking:
    """Return what is masked where this configuration is in force."""
    masking = masking.also(configuration.mask, shows_all=configuration.show_secrets)
    masking = masking.sparing(_named(configuration))
    masking = masking.knowing(configuration.environment)
    given = [each.environment for each in configuration.dependencies.values()]
    given += [each.environment for each in configuration.programs.values()]
    for each in given:
        masking = masking.knowing(each)
    for name, value in _sent(configuration):
        masking = masking.knowing({name: value})
    return masking.learning(_of_environment(configuration))


def _requests(configuration: Configuration) -> Iterator[RequestSettings]:
    yield from configuration.requests.values()
    if configuration.login and configuration.login.request:
        yield configuration.login.request


def _sent(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Yield what requests hold, each text with its name."""
    for request in _requests(configuration):
        yield from _of_request(request)
    if configuration.login:
        yield "passphrase", configuration.login.passphrase
    if configuration.login and configuration.login.basic:
        yield "password", configuration.login.basic.password


def _of_request(request: RequestSettings) -> Iterator[tuple[str, str]]:
    for name, values in request.headers.items():
        for value in (values,) if isinstance(values, str) else values:
            yield name, value
    yield from request.form.items()
    yield from _members(request.json_)


def _members(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _members(each, str(key))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _members(each, name)


def login_variables(configuration: Configuration) -> tuple[str, ...]:
    """Return the variables of the environment that the login names as {env:NAME}, each once."""
    login = configuration.login
    if login is None:
        return ()
    texts = [*login.header.values()]
    if login.request:
        texts += [login.request.path, *(value for _, value in _of_request(login.request))]
    if login.basic:
        texts += [login.basic.username, login.basic.password]
    return tuple(dict.fromkeys(name for text in texts for name in variables(text)))


def _of_environment(configuration: Configuration) -> Iterator[str]:
    """Yield the values of the variables that requests name as {env:NAME}: these are secrets."""
    texts = [value for _, value in _sent(configuration)]
    texts += [each.path for each in _requests(configuration)]
    if configuration.login:
        texts += configuration.login.header.values()
        if configuration.login.basic:
            texts.append(configuration.login.basic.username)
    for text in texts:
        for name in variables(text):
            yield os.environ.get(name, "")


def _named(configuration: Configuration) -> Iterator[str]:
    """Yield names that a reader needs: of dependencies, services and hosts, and words of paths."""
    hosts = [configuration.address]
    yield configuration.target
    for name, program in configuration.programs.items():
        yield name
        yield program.service
    for name, dependency in configuration.dependencies.items():
        yield name
        yield dependency.service or ""
        hosts.append(dependency.upstream)
    for host in filter(None, hosts):
        yield host.rpartition(":")[0]
        yield from host.rpartition(":")[0].split(".")
    for endpoint in configuration.endpoints:
        yield from filter(str.isalpha, endpoint.partition("?")[0].split("/"))
