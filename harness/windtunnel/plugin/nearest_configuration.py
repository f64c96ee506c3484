"""Which file configures a test: the nearest one above it, as in a monorepo."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from windtunnel.errors import ConfigurationError
from windtunnel.plugin import options
from windtunnel.plugin.stash_keys import SESSION

_FILES: "pytest.StashKey[dict[Path, Path | None]]" = pytest.StashKey()
"""On the config: the nearest file of each folder that was looked at."""


def use_nearest(node: pytest.Item) -> None:
    """Let the session's configuration be the one nearest to a test that is being collected."""
    config = node.config
    if options.configuration_file(config) is None:
        config.stash[SESSION].use_file(nearest(config, node.path.parent))


def nearest(config: pytest.Config, folder: Path) -> Path | None:
    """Return the nearest file at or above a folder, up to the root directory; None without one."""
    known = config.stash.setdefault(_FILES, {})
    if folder not in known:
        # Every pytest session pays for what its plugins load.
        from windtunnel.configuration.resolution import file_in  # noqa: PLC0415 - the reason above

        found = file_in(folder)
        inside = folder != config.rootpath and config.rootpath in folder.parents
        known[folder] = nearest(config, folder.parent) if found is None and inside else found
    return known[folder]


def choose_file(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Let the session use the configuration of these tests; ConfigurationError for several."""
    if options.configuration_file(config) is not None:
        return
    found: dict[Path | None, str] = {}
    for item in items:
        found.setdefault(nearest(config, item.path.parent), item.nodeid)
    if len(found) > 1:
        lines = [f"  {file or 'none'}, for {test}" for file, test in found.items()]
        folders = [config.invocation_params.dir, *(file.parent for file in found if file)]
        runs = " and ".join(f"`pytest {_from(folders[0], each)}`" for each in folders[1:])
        raise ConfigurationError(
            "the tests of one run are of several configurations:\n"
            + "\n".join(lines)
            + f"\none run tests one service: run {runs}, or name a file by --windtunnel-config"
        )
    for file in found:
        config.stash[SESSION].use_file(file)


def _from(start: Path, folder: Path) -> Path:
    return folder.relative_to(start) if folder.is_relative_to(start) else folder
