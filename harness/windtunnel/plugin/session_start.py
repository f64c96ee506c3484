"""The start of a session: everything is checked, nothing is started."""

import pytest

from windtunnel.errors import ConfigurationError, WindtunnelError
from windtunnel.plugin import options, short_fixtures
from windtunnel.plugin.configuration_fixture import is_overridden
from windtunnel.plugin.fixture_use import uses_stack
from windtunnel.plugin.marker_words import LINES
from windtunnel.plugin.nearest_configuration import choose_file
from windtunnel.plugin.stash_keys import REFUSAL, SESSION, SINKS, TRIED, WORKER_OUTPUT
from windtunnel.session import Session


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the options, and the fixtures' short names."""
    options.add_options(parser)
    short_fixtures.register(pluginmanager)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and check the options; nothing is started."""
    for line in LINES:
        config.addinivalue_line("markers", line)
    config.stash[TRIED] = []
    config.stash[SINKS] = []
    try:
        options.minimum_score(config)
        if not hasattr(config, "workerinput"):
            config.stash[SINKS] = options.reports(config)
        session = Session(
            directory=config.rootpath,
            configuration=options.configuration_file(config),
            backend=config.getoption("--windtunnel-backend"),
            seed=options.seed(config),
            settings=config.getoption("--windtunnel-setting"),
            options="--windtunnel-",
        )
        config.stash[SESSION] = session
        # A session that uses nothing of windtunnel's does not wait until its configuration is
        # read. With xdist the controller reads it, because it collects no tests.
        if options.any_given(config) or config.getoption("dist", "no") != "no":
            _check(config, session)
    except WindtunnelError as error:
        raise pytest.UsageError(f"windtunnel: {_clean(error)}") from None


def _check(config: pytest.Config, session: Session) -> None:
    """Check what is configured, where no fixture completes it later. ConfigurationError."""
    try:
        session.check()
    except ConfigurationError:
        if not is_overridden(config):
            raise


def _clean(error: WindtunnelError) -> str:
    from windtunnel.outgoing.clean_records import clean_text  # noqa: PLC0415 - few sessions fail so
    from windtunnel.outgoing.clean_stream import of_environment  # noqa: PLC0415 - the same

    return clean_text(f"{error}", of_environment())


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Say what was picked and why, where any test uses it."""
    users = [item for item in items if uses_stack(item)]
    if not users:
        return []
    session = config.stash[SESSION]
    try:
        choose_file(config, users)
        if is_overridden(config, users):
            return ["windtunnel: the fixture windtunnel_configuration completes the configuration"]
        session.check()
    except WindtunnelError as error:
        if hasattr(config, "workerinput"):
            # An error of collection would hide the worker's tests: each says it.
            config.stash[REFUSAL] = str(error)
            return []
        raise pytest.UsageError(f"windtunnel: {_clean(error)}") from None
    if not session.is_configured:
        return []  # which each of these tests will say
    return [
        f"windtunnel: backend {session.choice.name} ({session.choice.reason}), seed {session.seed}",
        *(
            f"windtunnel: the fixture {name!r} is that of the plugin {plugin!r};"
            f" windtunnel's is windtunnel_{name}"
            for name, plugin in short_fixtures.left_out(config).items()
        ),
    ]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take from an xdist worker what it was configured with, where the controller knows less."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist has no stubs
    given = getattr(node, "workeroutput", {}).get(WORKER_OUTPUT)
    if given:
        from windtunnel.plugin.worker_configuration import take  # noqa: PLC0415 - few sessions need it

        take(config.stash[SESSION], given)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Give every xdist worker the controller's seed."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist has no stubs
    node.workerinput["windtunnel_seed"] = config.stash[SESSION].seed  # type: ignore[attr-defined]
