"""What becomes of the services in a compose file's copy: they work as `docker compose up` does."""

import re
from pathlib import Path
from typing import Any

import pytest

from windtunnel.backends.docker import compose_rewrite, dependency_routes, proxy_image
from windtunnel.backends.docker.compose_file import ComposeFile
from windtunnel.backends.docker.target_service import TargetService, target_document
from windtunnel.configuration import parse
from windtunnel.errors import ConfigurationError

LABELS = {"windtunnel.run": "r"}


def copy_of(text: str, dependency: str = "prices", **table: object) -> dict[str, Any]:
    """Return the copy of a compose file whose target is `web`."""
    compose_file = ComposeFile.read(text)
    own = {dependency: {"protocol": "http", "endpoint": "/"}}
    given = {"service": "web", "endpoints": ["/"], "dependencies": own, **table}
    configuration = parse(given, "x")
    routes = dependency_routes.find_routes(compose_file, configuration)
    proxy = proxy_image.service("an-image", None, 1)
    return compose_rewrite.rewrite(
        compose_file,
        configuration,
        routes,
        labels=LABELS,
        project="My Shop",
        proxy=proxy,
        folder=Path("unused: no file needs a copy"),
    )


def started(document: dict[str, Any], **given: Any) -> dict[str, Any]:  # noqa: ANN401 - of TargetService
    """Return the service of a target that is started from a copy."""
    fields = {
        "service": "windtunnel-target-1",
        "environment": {},
        "port": 8080,
        "image": "an-image",
    }
    target = TargetService(**{**fields, **given})
    made = target_document(document, "web", target, names=("web",), labels=LABELS)
    service: dict[str, Any] = made["services"]["windtunnel-target-1"]
    return service


PORTS = """
services:
  web: {image: a, environment: {ADMIN: "http://prices:9090", PRICES: "http://Prices:8080"}}
  prices: {image: a, networks: [one, two]}
networks: {one: {}, two: {}}
"""


def test_other_ports_of_a_dependency_are_let_through() -> None:
    """The dependency is the port that a variable with its name has."""
    configuration = parse(
        {
            "service": "web",
            "endpoints": ["/"],
            "dependencies": {"prices": {"protocol": "http", "endpoint": "/"}},
        },
        "x",
    )
    routes = dependency_routes.find_routes(ComposeFile.read(PORTS), configuration)
    assert {name: (route.port, route.passed) for name, route in routes.items()} == {
        "prices": (8080, False),
        "windtunnel-prices-9090": (9090, True),
    }
    assert len({route.front for route in routes.values()}) == 1


def test_a_port_that_could_be_either_is_asked_for() -> None:
    text = PORTS.replace("PRICES:", "OTHER:")
    with pytest.raises(ConfigurationError, match=r"'dependencies\.prices\.port'.* 9090, 8080 of"):
        copy_of(text)


def test_dependencies_call_the_target_by_its_name_through_toxiproxy() -> None:
    document = copy_of(PORTS)
    networks = document["services"]["windtunnel-toxiproxy"]["networks"]
    assert networks["one"] == networks["two"] == {"aliases": ["web"]}
    assert (
        "windtunnel-target"
        in document["services"]["web"]["networks"]["windtunnel-called"]["aliases"]
    )
    service = started(document)
    assert service["hostname"] == "web"
    assert all("web" in each["aliases"] for each in service["networks"].values())


def test_the_alias_of_a_link_is_a_name_of_the_dependency() -> None:
    document = copy_of(
        """
services:
  web: {image: a, links: ["prices:database"], environment: {PRICES: "http://database:8080"}}
  prices: {image: a, links: ["web:site"], depends_on: [web]}
"""
    )
    networks = document["services"]["windtunnel-tap"]["networks"]
    assert networks["windtunnel-front"]["aliases"] == ["prices", "database"]
    assert "links" not in document["services"]["web"]
    # The target is started by us, and not by what depends on it.
    assert (
        document["services"]["prices"]["links"],
        document["services"]["prices"]["depends_on"],
    ) == ([], [])
    assert document["services"]["windtunnel-toxiproxy"]["networks"]["default"]["aliases"] == [
        "web",
        "site",
    ]


def test_fixed_addresses_become_names() -> None:
    document = copy_of(
        """
services:
  web:
    image: a
    environment: ["PRICES=http://172.31.250.10:8080", "OTHER=172.31.250.100"]
    networks: {fixed: {ipv4_address: 172.31.250.11}}
  prices: {image: a, networks: {fixed: {ipv4_address: 172.31.250.10}}}
networks:
  fixed: {ipam: {config: [{subnet: 172.31.250.0/24}]}}
"""
    )
    assert document["services"]["web"]["environment"] == {
        "PRICES": "http://prices:8080",
        "OTHER": "172.31.250.100",
    }
    assert document["networks"]["fixed"] == {"labels": LABELS}
    assert document["services"]["prices"]["networks"] == {"fixed": {}}


def test_images_and_profiles_of_any_name_can_be_had() -> None:
    document = copy_of(
        """
services:
  web: {build: ., profiles: [app], environment: {PRICES: "http://prices:80"}}
  prices: {image: a, profiles: [app]}
"""
    )
    web = document["services"]["web"]
    assert re.fullmatch(r"windtunnel-my-shop-web-[0-9a-f]{8}:local", web["image"])
    assert "profiles" not in web


def test_a_target_keeps_its_definition() -> None:
    document = copy_of(
        """
services:
  web:
    build: .
    command: [serve]
    environment: {PRICES: "http://prices:80", KEPT: "$$1", ABSENT: null}
    configs: [{source: settings, target: /etc/settings}]
    secrets: [token]
    ports: ["80:80"]
    deploy: {replicas: 2, restart_policy: {condition: any}, resources: {limits: {memory: 5m}}}
    depends_on: {prices: {condition: service_started}}
    healthcheck: {test: [CMD, true]}
  prices: {image: a}
configs: {settings: {content: hello}}
secrets: {token: {environment: TOKEN}}
"""
    )
    service = started(document, environment={"GIVEN": "$2"}, files=Path("/here"), mounted="/there")
    assert service["environment"] == {
        "PRICES": "http://prices:80",
        "KEPT": "$$1",
        "ABSENT": None,
        "GIVEN": "$$2",
    }
    assert (service["image"], service["command"], service["secrets"]) == (
        "an-image",
        ["serve"],
        ["token"],
    )
    assert service["configs"] == [{"source": "settings", "target": "/etc/settings"}]
    assert service["deploy"] == {"resources": {"limits": {"memory": "5m"}}}
    assert service["ports"] == ["127.0.0.1::8080"]
    assert service["volumes"] == [
        {"type": "bind", "source": "/here", "target": "/there", "read_only": True}
    ]
    assert service.keys().isdisjoint({"build", "depends_on"})
    assert document["configs"] == {"settings": {"content": "hello"}}


COMPANIONS = """
services:
  web: {image: a, depends_on: [migrate, queue], environment: {PRICES: "http://prices:80"}}
  prices: {image: a, depends_on: [companion]}
  queue: {image: a}
  companion: {image: a, network_mode: "service:queue"}
  migrate: {image: a, network_mode: none}
"""


def test_services_that_nobody_reaches_by_name_keep_their_network() -> None:
    services = copy_of(COMPANIONS)["services"]
    assert services["companion"]["network_mode"] == "service:queue"
    assert services["migrate"]["network_mode"] == "none"
    assert "networks" not in services["companion"]
    assert "windtunnel-side" in services["queue"]["networks"]


@pytest.mark.parametrize(
    ("service", "mode", "why"),
    [
        ("web: {", "host", "'web' has a network_mode"),
        ("prices: {", "host", "'prices' has a network_mode"),
        ("queue: {", "service:web", "'queue' is in the network of the target 'web'"),
    ],
)
def test_a_network_that_leads_past_the_proxies_is_refused(
    service: str, mode: str, why: str
) -> None:
    with pytest.raises(ConfigurationError, match=why):
        copy_of(COMPANIONS.replace(service, f'{service}network_mode: "{mode}", '))
