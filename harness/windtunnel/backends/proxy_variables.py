"""Keeps what runs on this machine away from a proxy that the environment names.

Such a proxy cannot reach this machine's loopback, or leads the target's calls past the tap.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
EXCEPT = ("NO_PROXY", "no_proxy")
"""What names the hosts that are reached without a proxy, as one program or another reads it."""


def proxy_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that name a proxy, in whatever case."""
    return tuple(
        sorted(name for name, text in environment.items() if text and name.lower() in VARIABLES)
    )


def without_proxy(environment: Mapping[str, str], hosts: Iterable[str] = ()) -> dict[str, str]:
    """Return the variables by which a program reaches loopback and `hosts` without a proxy.

    What is excepted already stays so. None where no proxy is named, or where the proxy is one of
    the hosts: then it is a dependency itself.
    """
    wanted = (*LOOPBACK, *hosts)
    named = [environment[name] for name in proxy_variables(environment)]
    if not named or any(_host(text) in {host.lower() for host in hosts} for text in named):
        return {}
    listed = (part for name in EXCEPT for part in environment.get(name, "").split(","))
    excepted = list(dict.fromkeys(filter(None, (part.strip() for part in listed))))
    if "*" in excepted:
        return dict.fromkeys(EXCEPT, "*")
    return dict.fromkeys(EXCEPT, ",".join(dict.fromkeys([*excepted, *wanted])))


def _host(proxy: str) -> str:
    try:
        return urlsplit(proxy if "//" in proxy else f"//{proxy}").hostname or ""
    except ValueError:
        return ""
