"""A compose file that is not ours: the target meets only the tap, and the file stays as it is."""

import ast
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

import windtunnel
from tests import leftovers
from tests.machine import missing
from windtunnel.backends.docker import compose_rewrite, dependency_routes, proxy_image
from windtunnel.backends.docker.compose_file import ComposeFile
from windtunnel.configuration import Configuration, Dependency, load, parse
from windtunnel.errors import ConfigurationError

SHOP = Path(__file__).with_name("shop")
LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+::8474")
LABELS = {"windtunnel.run": "r"}
DEADLINE = 150.0


def shop() -> ComposeFile:
    return ComposeFile.read((SHOP / "compose.yaml").read_text())


def made(configuration: Configuration) -> dict[str, Any]:
    routes = dependency_routes.find_routes(shop(), configuration)
    proxy = proxy_image.service("an-image", None, 1)
    return compose_rewrite.rewrite(
        shop(),
        configuration,
        routes,
        labels=LABELS,
        project="shop",
        proxy=proxy,
        folder=Path("unused: no file needs a copy"),
    )


@pytest.fixture
def copy() -> dict[str, Any]:
    return made(load(SHOP))


def test_the_target_shares_no_network_with_its_dependencies(copy: dict[str, Any]) -> None:
    services = copy["services"]
    target = set(services["web"]["networks"])
    for name in ("prices", "discounts", "cache"):
        assert not target & set(services[name]["networks"]), name
    # There the target is called by its name; no dependency's name leads there.
    toxiproxy = services["windtunnel-toxiproxy"]["networks"]
    assert target & set(toxiproxy) == {"windtunnel-called"}
    assert toxiproxy["windtunnel-called"] is None
    assert target & set(services["windtunnel-tap"]["networks"])


def test_the_tap_has_every_name_that_the_dependencies_have(copy: dict[str, Any]) -> None:
    networks = copy["services"]["windtunnel-tap"]["networks"]
    assert networks["windtunnel-front"]["aliases"] == ["prices", "shop-prices", "cache"]
    assert networks["windtunnel-front-2"]["aliases"] == ["discounts", "reductions"]


def test_a_service_that_is_no_dependency_is_met_directly(copy: dict[str, Any]) -> None:
    services = copy["services"]
    assert services["news"]["networks"]["windtunnel-side"] == {"aliases": ["news"]}
    assert "windtunnel-side" in services["web"]["networks"]
    assert "windtunnel-side" not in services["windtunnel-tap"]["networks"]


def test_the_copy_meets_no_stack_of_the_users(copy: dict[str, Any]) -> None:
    for name, service in copy["services"].items():
        assert "container_name" not in service
        assert service["labels"] == LABELS
        ports = service.get("ports", [])
        assert all(LOOPBACK.fullmatch(port) for port in ports), name
    assert copy["volumes"] == {"kept": {"labels": LABELS}}
    assert all(network["labels"] == LABELS for network in copy["networks"].values())


def test_a_port_is_the_one_that_the_target_was_told() -> None:
    routes = dependency_routes.find_routes(shop(), load(SHOP))
    assert {name: route.port for name, route in routes.items()} == {
        "prices": 8080,
        "reduced": 8080,
        "cache": 6379,
    }


@pytest.mark.parametrize(
    ("own", "port"),
    [
        ({"command": "gunicorn --bind 0.0.0.0:8000 app"}, 8000),
        ({"command": ["uvicorn", "app", "--port", "9000"]}, 9000),
        ({"healthcheck": {"test": ["CMD", "curl", "http://localhost:3000/health"]}}, 3000),
        # Two different ones tell nothing: the protocol's usual port is left.
        ({"command": "a --port 1000", "healthcheck": {"test": "b 127.0.0.1:2000"}}, 80),
        ({"command": "a 10.0.0.0:8000"}, 80),
    ],
)
def test_a_service_that_exposes_nothing_may_say_where_it_listens(
    own: dict[str, object], port: int
) -> None:
    services = {"web": {"image": "w"}, "api": {"image": "a", **own}}
    dependency = Dependency(protocol="http", endpoint="/")
    found = ComposeFile({"services": services}).port_of("api", dependency, "api", "web")
    assert found == port


def test_a_dependency_outside_the_file_is_reached_under_its_name_and_host() -> None:
    table = {
        "service": "web",
        "endpoints": ["/"],
        "dependencies": {"mail": {"upstream": "mail.example.org:25", "endpoint": "/"}},
    }
    route = dependency_routes.find_routes(shop(), parse(table, "x"))["mail"]
    assert (route.service, route.names, route.port) == ("", ("mail", "mail.example.org"), 25)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"service": "wbe"}, "service = 'wbe': no such service in the compose file; did you mean"),
        ({"name": "a", "service_of": "cahce"}, "dependencies.a.service = 'cahce': no such service"),
        ({"name": "queue"}, "missing key 'dependencies.queue.service'"),
        ({"name": "queue", "upstream": "127.0.0.1:1"}, "'127.0.0.1:1' is not reached from a"),
        ({"name": "web", "protocol": "tcp"}, "missing key 'dependencies.web.port'"),
    ],
)
def test_what_the_compose_file_does_not_say_is_named(changes: dict[str, str], message: str) -> None:
    dependency = {
        "protocol": changes.get("protocol", "http"),
        "service": changes.get("service_of", ""),
        "upstream": changes.get("upstream", ""),
        "endpoint": "/",
    }
    table = {
        "service": changes.get("service", "news"),
        "endpoints": ["/"],
        "dependencies": {changes.get("name", "cache"): dependency},
    }
    document = yaml.safe_load((SHOP / "compose.yaml").read_text())
    document["services"]["web"].pop("ports")
    with pytest.raises(ConfigurationError) as caught:
        dependency_routes.find_routes(ComposeFile(document), parse(table, "x"))
    assert message in str(caught.value)


def test_the_image_of_the_tap_holds_all_that_the_proxy_imports() -> None:
    package = Path(windtunnel.__file__).parent
    distributions = packages_distributions()
    for file in (package / "proxy").rglob("*.py"):
        for name in _imports(file):
            top, _, rest = name.partition(".")
            if top == "windtunnel":
                part = rest.partition(".")[0]
                assert not part or {part, f"{part}.py"} & set(proxy_image.PARTS), f"{file}: {name}"
            elif top != "windtunnel_faults" and top not in sys.stdlib_module_names:
                found = {each.replace("_", "-") for each in distributions[top]}
                assert found & set(proxy_image.REQUIREMENTS), f"{file}: {name}"


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


SCENARIO = """
import json, os, time
from pathlib import Path
from windtunnel_faults import Outage, Kill

def seen(stack, dependency):
    run = stack.drive(stack.endpoint_of(dependency), 5)
    good = sum(response.succeeded for response in run.responses)
    return good, [len(each.exchanges) for each in run.evidence]

def test_the_shop(stack):
    found = {name: seen(stack, name) for name in stack.dependencies}
    found["news"] = len(stack.get("/news")[1]), []
    with stack.inject(Outage("reduced")):
        found["reduced out"] = seen(stack, "reduced")
    with stack.inject(Kill("prices")):
        found["prices killed"] = seen(stack, "prices")
    found["prices again"] = seen(stack, "prices")
    run = Path(stack.backend.directory).name.removeprefix("windtunnel-").rpartition("-")[0]
    told = Path(os.environ["TELL"])
    told.with_suffix(".partial").write_text(json.dumps({"run": run, "found": found}))
    told.with_suffix(".partial").rename(told)
    time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.docker
def test_a_compose_stack_runs_through_the_proxies_and_leaves_nothing_when_killed(
    tmp_path: Path,
) -> None:
    if reason := missing("docker"):
        pytest.skip(reason)
    before = {path.name: path.read_bytes() for path in SHOP.glob("*.*")}
    scenario = tmp_path / "test_shop.py"
    scenario.write_text(SCENARIO)
    told = tmp_path / "told.json"
    base = os.environ.get("WINDTUNNEL_BASE_IMAGE", "python:3.11-slim-bookworm")
    with (tmp_path / "output").open("w+b") as output:
        runner = subprocess.Popen(
            [
                *(sys.executable, "-m", "pytest", str(scenario), "-p", "no:cacheprovider"),
                f"--windtunnel-config={SHOP / 'windtunnel.toml'}",
                f"--windtunnel-setting=docker.base_image={base}",
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=tmp_path,
            env={**os.environ, "TELL": str(told)},
        )
        end = time.monotonic() + DEADLINE
        while not told.exists() and runner.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        os.killpg(runner.pid, signal.SIGKILL)
        runner.wait()
        output.seek(0)
        assert told.exists(), output.read().decode(errors="replace")
    facts = json.loads(told.read_text())
    assert facts["found"] == {
        "prices": [5, [5, 0, 0]],
        "reduced": [5, [0, 5, 0]],
        "cache": [5, [0, 0, 5]],
        "news": [4, []],
        "reduced out": [0, [0, 0, 0]],
        "prices killed": [0, facts["found"]["prices killed"][1]],
        "prices again": [5, [5, 0, 0]],
    }
    assert leftovers.until_none(lambda: leftovers.in_engine(facts["run"]), 60) == []
    assert {path.name: path.read_bytes() for path in SHOP.glob("*.*")} == before
