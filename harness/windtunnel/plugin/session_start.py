"""The start of a session: everything is checked, nothing is started."""

import pytest

from windtunnel.errors import WindtunnelError
from windtunnel.plugin import options
from windtunnel.plugin.markers import MARKERS
from windtunnel.plugin.stash_keys import SESSION, SINKS, TRIED
from windtunnel.session import Session


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and check the options; nothing is started."""
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    config.stash[TRIED] = []
    config.stash[SINKS] = []
    try:
        options.minimum_score(config)
        if not hasattr(config, "workerinput"):
            config.stash[SINKS] = options.reports(config)
        config.stash[SESSION] = Session(
            directory=config.rootpath,
            configuration=options.configuration_file(config),
            backend=config.getoption("--windtunnel-backend"),
            seed=options.seed(config),
            settings=config.getoption("--windtunnel-setting"),
            options="--windtunnel-",
        )
    except WindtunnelError as error:
        raise pytest.UsageError(f"windtunnel: {error}") from None


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Say what was picked and why, where any test uses it."""
    if not any("stack" in getattr(item, "fixturenames", ()) for item in items):
        return []
    session = config.stash[SESSION]
    return [
        f"windtunnel: backend {session.choice.name} ({session.choice.reason}), seed {session.seed}"
    ]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Give every xdist worker the controller's seed."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist has no stubs
    node.workerinput["windtunnel_seed"] = config.stash[SESSION].seed  # type: ignore[attr-defined]
