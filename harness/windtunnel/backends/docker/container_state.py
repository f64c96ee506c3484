"""A container's state, as the Docker engine reports it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from windtunnel.address import Address

_NEVER = "0001-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class ContainerState:
    """A container's state as the engine reports it."""

    status: str
    """created, running, paused, exited, dead, …"""
    health: str
    """starting, healthy, unhealthy; empty without a healthcheck."""
    exit_status: int
    check: str
    """What the healthcheck printed last; empty where there was none."""
    published: Mapping[str, Address]
    """The address on this machine by the container's port, such as "80/tcp", as far as it is there.

    A container that has just been started may run some moments before its ports are there."""

    def address_of(self, port: int) -> Address | None:
        """Return where a port of the container can be reached from here; None while it cannot."""
        return self.published.get(f"{port}/tcp")


def state_of(attributes: Mapping[str, Any]) -> ContainerState:
    """Return the state in what the engine says of a container."""
    state = attributes["State"]
    health = state.get("Health") or {}
    checks = health.get("Log") or [{}]
    ports = attributes["NetworkSettings"]["Ports"] or {}
    return ContainerState(
        status=state["Status"],
        health=health.get("Status", ""),
        exit_status=state.get("ExitCode", 0),
        check=str(checks[-1].get("Output", "")).strip(),
        published={port: _address(to[0]) for port, to in ports.items() if to},
    )


def ended_at(attributes: Mapping[str, Any]) -> float:
    """Return when a container ended last, in seconds since 1970; 0 where it never has."""
    # The engine's time of what has not been is the year 1.
    ended = datetime.fromisoformat(attributes["State"].get("FinishedAt") or _NEVER)
    return max(0.0, ended.timestamp())


def _address(published: Mapping[str, str]) -> Address:
    """Return where a published port is reached from here: at 0.0.0.0 it is at 127.0.0.1 too."""
    host = published.get("HostIp") or ""
    return Address(host if host.startswith("127.") else "127.0.0.1", int(published["HostPort"]))
