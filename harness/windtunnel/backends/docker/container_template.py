"""The settings of a compose service's container, from which more containers are started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from windtunnel.backends.docker.compose_file import Service, variable_names

SAID_AS = {
    "Cmd": "command",
    "Entrypoint": "entrypoint",
    "StopSignal": "stop_signal",
    "User": "user",
    "WorkingDir": "working_dir",
}
"""The compose file's name of what the engine has under another."""


@dataclass(frozen=True, slots=True)
class ContainerTemplate:
    """The settings with which a compose service's container was created."""

    image: str
    environment: dict[str, str]
    networks: tuple[str, ...]
    config: dict[str, Any]
    """As the engine reports it: command, user, working directory, …"""
    host: dict[str, Any]
    """The same of volumes, capabilities, limits, …"""
    inherited: dict[str, Any]
    """The part of `config` that comes from its image: the compose file has no entry for it."""

    @classmethod
    def read(
        cls, container: Mapping[str, Any], image: Mapping[str, Any], service: Service
    ) -> "ContainerTemplate":
        """Read a container and its image as the engine reports them, and its service in the file.

        The engine alone cannot distinguish a variable of the compose file from one of the image
        that has the same value.
        """
        inherited = {
            key: value
            for key, value in (image["Config"] or {}).items()
            if service.get(SAID_AS.get(key, "")) is None
        }
        said = variable_names(service)
        inherited["Env"] = [
            entry for entry in inherited.get("Env") or () if entry.partition("=")[0] not in said
        ]
        return cls(
            image=container["Config"]["Image"],
            environment=_environment(container["Config"]),
            networks=tuple(container["NetworkSettings"]["Networks"]),
            config=container["Config"],
            host=container["HostConfig"],
            inherited=inherited,
        )

    def of_image(self, image: str) -> "ContainerTemplate":
        """Return a template of another image.

        Settings that came from the container's own image (command, variables, user, …) come from
        the other one instead. Settings of the compose file stay.
        """
        its_own = _environment(self.inherited).items()
        return replace(
            self,
            image=image,
            environment=dict(self.environment.items() - its_own),
            config={
                key: value
                for key, value in self.config.items()
                if not value or value != self.inherited.get(key)
            },
            inherited={},
        )

    def another(
        self,
        environment: Mapping[str, str],
        port: int,
        *,
        labels: Mapping[str, str],
        mounts: Sequence[str],
    ) -> dict[str, Any]:
        """Return the request that creates one more container. `port` is published on 127.0.0.1."""
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


def _environment(config: Mapping[str, Any]) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in config.get("Env") or ())
    return {name: value for name, _, value in pairs}
