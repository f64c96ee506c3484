"""What is imported is declared, in the place that is installed with it, and nothing else is."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = frozenset({"windtunnel", "windtunnel_faults", "windtunnel_sample"})
NOT_IMPORTED = {"sample": {"hiredis", "httptools", "uvloop"}}
"""By extra: what uvicorn and redis take by name."""
EXTRA_OF = {
    "windtunnel/backends/docker/": "docker",
    "windtunnel/backends/fake_redis.py": "fakeredis",
    "windtunnel/backends/toxiproxy.py": "toxiproxy",
    "windtunnel/load/journeys/": "journeys",
    "windtunnel/load/locust/locustfile.py": "locust",
    "windtunnel/protocols/mysql/statements.py": "mysql",
    "windtunnel/protocols/postgresql/kept_database.py": "postgresql",
    "windtunnel/protocols/postgresql/server.py": "postgresql",
    "windtunnel_sample/": "sample",
}
"""Which files are only loaded where an extra is installed."""
TRANSITIVE = {"": {"pydantic-core"}, "locust": {"gevent"}}
"""By extra: what its own packages are bound to bring, in the version that they need."""


def declared() -> Mapping[str, set[str]]:
    """Return the names of the declared distributions: those of the core under ""."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    tables: dict[str, Sequence[str]] = {"": project["dependencies"]}
    tables |= {extra: project["optional-dependencies"][extra] for extra in set(EXTRA_OF.values())}
    return {
        extra: {plain(each) for each in requirements if not each.startswith("windtunnel[")}
        for extra, requirements in tables.items()
    }


def plain(requirement: str) -> str:
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> Iterator[tuple[str, str, str]]:
    """Yield a file, the extra that it belongs to, and one distribution that it imports."""
    distributions = packages_distributions()
    for source in ("harness", "faults", "target"):
        for path in sorted((ROOT / source).rglob("*.py")):
            name = path.relative_to(ROOT / source).as_posix()
            extra = next((extra for part, extra in EXTRA_OF.items() if name.startswith(part)), "")
            for module in modules(path):
                if module not in sys.stdlib_module_names and module not in OURS:
                    yield name, extra, plain(distributions[module][0])


def modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_what_is_imported_is_declared_where_it_is_used() -> None:
    known = declared()
    missing = {
        (file, distribution)
        for file, extra, distribution in imported()
        # The sample is no part of the core, and declares all that it needs itself.
        if distribution not in known[extra]
        and (extra == "sample" or distribution not in known[""])
        and distribution not in TRANSITIVE.get(extra, set())
    }
    assert missing == set()


@pytest.mark.parametrize("extra", ["", *sorted(set(EXTRA_OF.values()))])
def test_what_is_declared_is_imported(extra: str) -> None:
    used = {distribution for _, where, distribution in imported() if where == extra}
    assert declared()[extra] - used - NOT_IMPORTED.get(extra, set()) == set()


def test_each_dependency_of_the_core_says_why_it_is_one() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    listed = text.partition("\ndependencies = [\n")[2].partition("\n]")[0].splitlines()
    assert len(listed) == len(declared()[""])
    assert [line for line in listed if not re.search(r'",\s+# \w+', line)] == []
