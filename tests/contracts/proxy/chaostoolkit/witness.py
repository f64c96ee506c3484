"""Uses all of chaostoolkit-toxiproxy, and says what came of it: witness.py SERVER UPSTREAM."""

import json
import socket
import sys
from contextlib import suppress
from typing import Any

from chaostoxi.proxy import actions as proxies
from chaostoxi.proxy import probes
from chaostoxi.toxic import actions as toxics


def opens(listen: str) -> bool:
    host, _, port = listen.rpartition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=10):
        return True
    return False


def main(server: str, upstream: str) -> None:
    host, _, port = server.rpartition(":")
    upstream_host, _, upstream_port = upstream.rpartition(":")
    configuration = {"toxiproxy_host": host, "toxiproxy_port": port}
    here: dict[str, Any] = {"configuration": configuration}

    def attribute(name: str) -> Any:  # noqa: ANN401 - any JSON
        return probes.get_proxy_attribute("p", name, **here)

    created = proxies.create_proxy("p", upstream_host, upstream_port, "127.0.0.1", **here)
    said = [
        ["created", created, configuration["p_PORT"] == attribute("listen").rpartition(":")[2]],
        ["exist", probes.proxy_exist("p", **here), probes.proxy_exist("q", **here)],
        ["upstream", attribute("upstream") == upstream, opens(attribute("listen"))],
        ["latency", toxics.create_latency_toxic("p", "a", 5, 3, **here)],
        ["bandwidth", toxics.create_bandwith_degradation_toxic("p", "b", 100, **here)],
        ["slow_close", toxics.create_slow_connection_close_toxic("p", "c", 7, **here)],
        ["timeout", toxics.create_timeout_toxic("p", "d", 9, **here)],
        # As its own documentation has it: the variation is the average.
        ["slicer", toxics.create_slicer_toxic("p", "e", 10, 10, 30, **here)],
        ["limit_data", toxics.create_limiter_toxic("p", "f", 1000, **here)],
        ["no attributes", toxics.create_toxic("p", "g", "noop", "upstream", 0.5, **here)],
        ["toxics", sorted(attribute("toxics"), key=lambda toxic: toxic["name"])],
        ["deleted toxic", toxics.delete_toxic("p", "a", **here)],
        ["no such toxic", toxics.delete_toxic("p", "a", **here)],
        ["disabled", proxies.disable_proxy("p", **here), opens(attribute("listen"))],
        ["enabled", proxies.enable_proxy("p", **here), opens(attribute("listen"))],
        ["moved", proxies.modify_proxy("p", "127.0.0.1:0", "127.0.0.1:2", **here)],
        ["is moved", attribute("upstream")],
        # Who is accepted before an upstream that nobody serves may be reset while connecting.
        ["moved back", proxies.modify_proxy("p", "127.0.0.1:0", upstream, **here)],
        ["is back", attribute("upstream") == upstream, opens(attribute("listen"))],
        ["reset", proxies.reset(**here), attribute("toxics")],
        ["deleted", proxies.delete_proxy("p", **here), probes.proxy_exist("p", **here)],
    ]
    print(json.dumps(said))


main(*sys.argv[1:])
