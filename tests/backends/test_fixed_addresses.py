"""Compose files with fixed addresses, hosts, links and name servers of their own."""

import os
from collections.abc import Iterator, Mapping
from ipaddress import IPv6Network
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.machine import missing
from windtunnel.backends.docker import compose_rewrite, dependency_routes, proxy_image
from windtunnel.backends.docker.compose_file import ComposeFile
from windtunnel.backends.docker.fixed_addresses import FixedAddresses, mentions
from windtunnel.configuration import Configuration, parse
from windtunnel.errors import ConfigurationError
from windtunnel.session import Session
from windtunnel.stack import Stack

SHOP = Path(__file__).with_name("shop")
PRICES = {"prices": {"protocol": "http", "endpoint": "/prices"}}
LAB = {"networks": {"lab": {"ipam": {"config": [{"subnet": "172.31.250.0/24"}]}}}}


def configured(dependencies: Mapping[str, object], **settings: object) -> Configuration:
    table = {"service": "web", "health": "/health", "endpoints": ["/prices"], **settings}
    return parse({**table, "dependencies": dependencies}, "x")


def copied(
    document: Mapping[str, Any], folder: Path, dependencies: Mapping[str, object] = PRICES
) -> dict[str, Any]:
    """Return the copy of a compose file whose target is `web`."""
    compose_file = ComposeFile.read(yaml.safe_dump(document))
    configuration = configured(dependencies)
    return compose_rewrite.rewrite(
        compose_file,
        configuration,
        dependency_routes.find_routes(compose_file, configuration),
        labels={},
        project="shop",
        proxy=proxy_image.service("an-image", None, 1),
        folder=folder,
    )


def shop(web: Mapping[str, object], **more: object) -> dict[str, Any]:
    prices = {"image": "a", "networks": {"lab": {"ipv4_address": "172.31.250.10"}}}
    own = {"image": "a", "environment": {"PRICES": "http://172.31.250.10:8080"}, **web}
    return {"services": {"web": own, "prices": prices}, **LAB, **more}


def test_files_that_are_mounted_one_by_one_are_copied_with_names(tmp_path: Path) -> None:
    secret, config, mounted, other = (
        tmp_path / each for each in ("token", "web.ini", "web.conf", "other.conf")
    )
    for path in (secret, config, mounted):
        path.write_text("url = http://172.31.250.10:8080, and not 172.31.250.100\n")
    secret.chmod(0o600)
    other.write_text("url = http://example.org\n")

    def bind(source: Path) -> dict[str, object]:
        return {"type": "bind", "source": str(source), "target": "/etc/x"}

    document = copied(
        shop(
            {"volumes": [bind(mounted), bind(other)], "configs": ["a", "b"], "secrets": ["c"]},
            configs={"a": {"content": "at 172.31.250.10"}, "b": {"file": str(config)}},
            secrets={"c": {"file": str(secret)}},
        ),
        tmp_path / "copies",
    )
    copies = [
        Path(document["configs"]["b"]["file"]),
        Path(document["secrets"]["c"]["file"]),
        Path(document["services"]["web"]["volumes"][0]["source"]),
    ]
    for path in copies:
        assert path.is_relative_to(tmp_path / "copies")
        assert path.read_text() == "url = http://prices:8080, and not 172.31.250.100\n"
    assert copies[1].stat().st_mode & 0o777 == 0o600
    assert document["configs"]["a"]["content"] == "at prices"
    assert document["services"]["web"]["volumes"][1]["source"] == str(other)
    assert "172.31.250.10:" in config.read_text(), "the user's own file was changed"


def test_files_that_come_with_their_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "compose.yaml").write_text("ipv4_address: 172.31.250.10")
    (tmp_path / "app" / "settings.ini").write_text("url = http://172.31.250.10:8080")
    (tmp_path / "app" / "picture").write_bytes(b"\xff172.31.250.10")
    mount = {"type": "bind", "source": str(tmp_path), "target": "/app"}
    compose_file = ComposeFile.read(yaml.safe_dump(shop({"volumes": [mount]})))
    (found,) = mentions(FixedAddresses(compose_file), compose_file.services["web"])
    assert (found.file, found.address, found.service) == (
        tmp_path / "app" / "settings.ini",
        "172.31.250.10",
        "prices",
    )
    assert "expected the service's name" in str(found)


@pytest.mark.parametrize(
    "hosts",
    [
        ["pricing.local:172.31.250.10", "ledger:10.1.2.3"],
        ["pricing.local=172.31.250.10", "ledger=10.1.2.3"],
        {"pricing.local": "172.31.250.10", "ledger": "10.1.2.3"},
    ],
    ids=["colon", "equals", "table"],
)
def test_a_name_of_extra_hosts_is_a_name_of_the_service_at_its_address(
    tmp_path: Path, hosts: object
) -> None:
    web = {"environment": {"PRICES": "http://pricing.local:8080"}, "extra_hosts": hosts}
    document = copied(shop(web), tmp_path)
    services = document["services"]
    tap = services["windtunnel-tap"]["networks"]["windtunnel-front"]
    assert tap["aliases"] == ["prices", "pricing.local"]
    assert services["web"]["extra_hosts"] == ["ledger=10.1.2.3"]
    # Services beside it know it by that name too.
    assert services["prices"]["networks"]["lab"]["aliases"] == ["pricing.local"]


def test_toxiproxy_reaches_what_the_target_reached_outside_and_the_target_does_not(
    tmp_path: Path,
) -> None:
    web = {
        "extra_hosts": ["ledger:10.1.2.3", "other:10.1.2.4"],
        "external_links": ["legacy_db:db"],
        "dns": ["10.9.8.7"],
        "dns_search": ["corp.example"],
        "networks": {"lab": None, "legacy": None},
    }
    networks = {**LAB["networks"], "legacy": {"external": True, "name": "legacy"}}
    outside = {
        "books": {"upstream": "ledger:80", "endpoint": "/"},
        "old": {"upstream": "legacy_db:5432", "endpoint": "/"},
    }
    document = copied(shop(web) | {"networks": networks}, tmp_path, PRICES | outside)
    services = document["services"]
    toxiproxy = services["windtunnel-toxiproxy"]
    assert toxiproxy["extra_hosts"] == ["ledger=10.1.2.3", "other=10.1.2.4"]
    assert (toxiproxy["dns"], toxiproxy["dns_search"]) == (["10.9.8.7"], ["corp.example"])
    assert "legacy" in toxiproxy["networks"]
    assert services["web"]["extra_hosts"] == ["other=10.1.2.4"]
    assert services["web"]["dns"] == ["10.9.8.7"]
    assert "external_links" not in services["web"]
    aliases = services["windtunnel-tap"]["networks"]["windtunnel-front"]["aliases"]
    assert aliases == ["prices", "books", "ledger", "old", "legacy_db", "db"]


def test_a_link_to_a_container_that_is_no_dependency_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"legacy_db:db: .*\[dependencies\.db\] .* 'legacy_db:PORT'"
    ):
        copied(shop({"external_links": ["legacy_db:db"]}), tmp_path)


CONFIGURATION = """
service = "web"
health = "/health"
endpoints = ["/prices", "/discounts"]

[dependencies.prices]
protocol = "http"
port = 8080
endpoint = "/prices"

[dependencies.discounts]
protocol = "http"
endpoint = "/discounts"

[docker]
base_image = "{base}"
"""


def test_addresses_of_ip_6_stand_in_brackets_and_networks_get_some_of_their_own(
    tmp_path: Path,
) -> None:
    address = "2001:db8:5::1"
    web = {"image": "a", "environment": {"PRICES": f"http://[{address}]:8080", "TO": f"{address}0"}}
    prices = {"image": "a", "networks": {"lab": {"ipv6_address": address}}}
    lab = {"enable_ipv6": True, "ipam": {"config": [{"subnet": "2001:db8:5::/64"}]}}
    written = {"services": {"web": web, "prices": prices}, "networks": {"lab": lab}}
    document = copied(written, tmp_path)
    assert document["services"]["web"]["environment"] == {
        "PRICES": "http://prices:8080",
        "TO": f"{address}0",
    }
    (config,) = document["networks"]["lab"]["ipam"]["config"]
    assert IPv6Network(config["subnet"]).subnet_of(IPv6Network("fd00::/8"))
    assert copied(written, tmp_path)["networks"] == document["networks"]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """Give a stack of a compose file with fixed addresses, in a file and by extra_hosts."""
    if reason := missing("docker"):
        pytest.skip(reason)
    base = os.environ.get("WINDTUNNEL_BASE_IMAGE", "python:3.11-slim-bookworm")
    own = {"image": base, "volumes": [f"{SHOP}:/shop:ro"], "working_dir": "/shop", "init": True}
    (tmp_path / "prices.url").write_text("http://172.31.250.10:8080")
    services = {
        "web": {
            **own,
            "command": ["sh", "-c", "PRICES=$$(cat /etc/prices.url) exec python3 -u web.py"],
            "environment": {"DISCOUNTS": "http://reductions.example:8080"},
            "expose": [8080],
            "configs": [{"source": "prices", "target": "/etc/prices.url"}],
            "extra_hosts": ["reductions.example:172.31.250.11"],
            "dns": ["10.9.8.7"],
            "networks": {"lab": {"ipv4_address": "172.31.250.9"}},
        },
        "prices": {
            **own,
            "command": ["python3", "-u", "answers.py", "price"],
            "networks": {"lab": {"ipv4_address": "172.31.250.10"}},
        },
        "discounts": {
            **own,
            "command": ["python3", "-u", "answers.py", "discount"],
            "networks": {"lab": {"ipv4_address": "172.31.250.11"}},
        },
    }
    document = {"services": services, "configs": {"prices": {"file": "./prices.url"}}, **LAB}
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(document))
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION.format(base=base))
    session = Session(directory=tmp_path, configuration=None, backend="docker", seed=1)
    try:
        stack = session.stack("test", {}, lambda verdict: None)
        yield stack
        stack.close()
    finally:
        session.close()


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.docker
def test_a_stack_with_fixed_addresses_runs_through_the_proxies(stack: Stack) -> None:
    for name in stack.dependencies:
        run = stack.drive(stack.endpoint_of(name), requests=3)
        assert all(response.succeeded for response in run.responses), name
        assert len(run.at(name).exchanges) == 3
