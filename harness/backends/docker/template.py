"""A compose service's container as a template: what it was created with, to start more like it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Template:
    """What a compose service's container was created with."""

    image: str
    environment: dict[str, str]
    networks: tuple[str, ...]
    config: dict[str, Any]
    """As the engine tells it: command, user, working directory, …"""
    host: dict[str, Any]
    """The same of volumes, capabilities, limits, …"""

    @classmethod
    def read(cls, attributes: Mapping[str, Any]) -> "Template":
        """Read what the engine tells of a container."""
        pairs = (entry.partition("=") for entry in attributes["Config"]["Env"] or ())
        return cls(
            image=attributes["Config"]["Image"],
            environment={name: value for name, _, value in pairs},
            networks=tuple(attributes["NetworkSettings"]["Networks"]),
            config=attributes["Config"],
            host=attributes["HostConfig"],
        )

    def another(
        self,
        environment: Mapping[str, str],
        port: int,
        *,
        labels: Mapping[str, str],
        mounts: Sequence[str],
    ) -> dict[str, Any]:
        """Return what the engine is asked for: the port published on a free one of 127.0.0.1."""
        variables = {**self.environment, **environment}
        published = f"{port}/tcp"
        return {
            **self.config,
            "Image": self.image,
            "Hostname": "",
            "Env": [f"{key}={value}" for key, value in variables.items()],
            "Labels": dict(labels),
            "ExposedPorts": {**(self.config.get("ExposedPorts") or {}), published: {}},
            # We ask the target ourselves whether it is healthy, and more often.
            "Healthcheck": {"Test": ["NONE"]},
            "HostConfig": {
                **self.host,
                "Binds": [*(self.host.get("Binds") or ()), *mounts],
                "Init": True,
                "NetworkMode": self.networks[0],
                "PortBindings": {published: [{"HostIp": "127.0.0.1", "HostPort": ""}]},
                "RestartPolicy": {"Name": "no"},
            },
            "NetworkingConfig": {"EndpointsConfig": {self.networks[0]: {}}},
        }
