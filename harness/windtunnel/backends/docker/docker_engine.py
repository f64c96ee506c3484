"""The containers of a run in the Docker engine: found by label, given as typed values."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import requests
from docker.errors import APIError, DockerException, NotFound

from windtunnel.backends.docker.container_state import ContainerState, ended_at, state_of
from windtunnel.backends.docker.engine_client import DEADLINE, connected, short
from windtunnel.backends.docker.engine_owner import owner
from windtunnel.errors import ControlError
from windtunnel.machine.listening_processes import carrying_processes
from windtunnel.run_identity import OWNER_LABEL, RUN_LABEL

if TYPE_CHECKING:
    from docker.models.containers import Container

SERVICE_LABEL = "com.docker.compose.service"


class DockerEngine:
    """The Docker engine, and the containers of one run in it. Raises ControlError."""

    def __init__(self, run: str) -> None:
        self.run = run
        self._client = connected()
        self.version = str(self._client.version()["Version"])

    def __repr__(self) -> str:
        return f"<DockerEngine {self.version} for run {self.run}>"

    def close(self) -> None:
        """Close the connections to the engine."""
        self._client.close()

    def state(self, service: str) -> ContainerState:
        """Return the state of a service's container."""
        return state_of(self._find(service).attrs)

    def seen(self, service: str) -> ContainerState | None:
        """Return the state of a service's container; None where it has none."""
        found = self._matching(service)
        return state_of(found[0].attrs) if found else None

    def ended(self) -> frozenset[str]:
        """Return the services of this run whose containers have ended."""
        filters: dict[str, Any] = {"label": f"{RUN_LABEL}={self.run}", "status": ["exited", "dead"]}
        found = self._asking(
            "list what has ended",
            lambda: self._client.containers.list(all=True, filters=filters, ignore_removed=True),
        )
        return frozenset(str(each.labels.get(SERVICE_LABEL, "")) for each in found)

    def identity(self, service: str) -> str:
        """Return the id of a service's container."""
        return str(self._find(service).id)

    def pid(self, service: str) -> int:
        """Return the pid of a container's first process, as the engine's machine knows it."""
        return int(self._find(service).attrs["State"]["Pid"])

    def pids(self) -> tuple[int, ...]:
        """Return the first processes of the run's containers, as its machine knows them.

        And those that carry traffic to the ports that they publish (docker-proxy).
        """
        filters: dict[str, Any] = {"label": f"{RUN_LABEL}={self.run}"}
        found = self._asking(
            "list what runs",
            lambda: self._client.containers.list(filters=filters, ignore_removed=True),
        )
        first = [int(each.attrs["State"]["Pid"]) for each in found]
        ports = {at.port for each in found for at in state_of(each.attrs).published.values()}
        return tuple(pid for pid in (*first, *carrying_processes(ports)) if pid)

    def image(self, service: str) -> str:
        """Return the name of the image that a service's container is made from."""
        return str(self._find(service).attrs["Config"]["Image"])

    def environment(self, service: str) -> dict[str, str]:
        """Return a container's variables, those of its image included."""
        entries = self._find(service).attrs["Config"].get("Env") or ()
        return {name: value for name, _, value in (each.partition("=") for each in entries)}

    def has_image(self, name: str) -> bool:
        """Whether the engine has an image of this name or id."""

        def look() -> bool:
            try:
                self._client.images.get(name)
            except NotFound:
                return False
            return True

        return bool(self._asking(f"look for the image {name!r}", look))

    def remove(self, service: str) -> None:
        """Stop a container at once and remove it."""
        container = self._find(service)
        self._asking(f"remove {service!r}", lambda: container.remove(force=True, v=True))

    def discard(self, service: str) -> None:
        """Remove a container, where there is one."""
        if self._matching(service):
            self.remove(service)

    def logs(self, service: str, lines: int = 15) -> str:
        """Return a container's last lines, indented, under a heading."""
        container = self._find(service)
        text = self._asking(f"read {service!r}", lambda: container.logs(tail=lines))
        last = bytes(text).decode(errors="replace").splitlines()
        if not last:
            return "its log is empty"
        return "\n".join(["the last lines of its log:", *(f"  {line}" for line in last)])

    def printed(self, service: str, lines: int) -> str:
        """Return what a container has printed since it ended last: these last lines at most.

        Not since its start: a program prints its first words before the engine notes that time.
        """
        container = self._find(service)
        ended = ended_at(container.attrs)
        text = self._asking(
            f"read {service!r}", lambda: container.logs(tail=lines, since=ended or None)
        )
        return bytes(text).decode(errors="replace")

    def pause(self, service: str) -> None:
        """Freeze a container."""
        self._asking(f"pause {service!r}", self._find(service).pause)

    def unpause(self, service: str) -> None:
        """Let a frozen container go on."""
        self._asking(f"unpause {service!r}", self._find(service).unpause)

    def kill(self, service: str) -> None:
        """Kill a container (SIGKILL)."""
        container = self._find(service)
        self._asking(f"kill {service!r}", container.kill)
        self._asking(f"wait for {service!r}", lambda: container.wait(timeout=DEADLINE))

    def stop(self, service: str) -> None:
        """End a container in order (SIGTERM), by force after ten seconds."""
        container = self._find(service)
        self._asking(f"stop {service!r}", lambda: container.stop(timeout=10))

    def start(self, service: str) -> None:
        """Start a container that has ended."""
        self._asking(f"start {service!r}", self._find(service).start)

    def networks(self, service: str) -> tuple[str, ...]:
        """Return the names of the networks that a container is in."""
        return tuple(self._find(service).attrs["NetworkSettings"]["Networks"])

    def disconnect(self, service: str, network: str) -> None:
        """Take a container out of a network."""
        container = self._find(service)
        found = self._asking(f"find {network!r}", lambda: self._client.networks.get(network))
        self._asking(f"disconnect {service!r}", lambda: found.disconnect(container))

    def connect(self, service: str, network: str) -> None:
        """Put a container back into a network, under its service's name."""
        container = self._find(service)
        found = self._asking(f"find {network!r}", lambda: self._client.networks.get(network))
        self._asking(f"connect {service!r}", lambda: found.connect(container, aliases=[service]))

    def execute(self, service: str, command: Sequence[str]) -> tuple[int, str]:
        """Run a command in a container; return its exit status and output."""
        container = self._find(service)
        result = self._asking(
            f"execute in {service!r}", lambda: container.exec_run(list(command), user="root")
        )
        return int(result.exit_code or 0), bytes(result.output or b"").decode(errors="replace")

    def holds(self, service: str, path: str) -> bool:
        """Whether there is such a file in a container, running or not."""
        container = self._find(service)

        def look() -> bool:
            try:
                content, _ = container.get_archive(path)
            except NotFound:
                return False
            # Read to its end, which frees the connection.
            return sum(len(chunk) for chunk in content) > 0

        return bool(self._asking(f"look into {service!r}", look))

    def unpack(self, service: str, folder: str, archive: bytes) -> None:
        """Put a tar archive's files into a folder of a container."""
        container = self._find(service)
        self._asking(f"write to {service!r}", lambda: container.put_archive(folder, archive))

    def address_in(self, service: str, network: str) -> str:
        """Return a container's IP address in a network."""
        found = self._find(service).attrs["NetworkSettings"]["Networks"][network]
        return str(found["IPAddress"])

    def any_address(self, service: str) -> str:
        """Return a container's IP address in one of its networks; ControlError without one."""
        networks = self._find(service).attrs["NetworkSettings"]["Networks"]
        for found in networks.values():
            if found.get("IPAddress"):
                return str(found["IPAddress"])
        raise ControlError(f"the container of {service!r} has no address in any network")

    def remove_with_volumes(self, service: str) -> None:
        """Remove a container, with the volumes of this run that only it has."""
        mounts = self._find(service).attrs.get("Mounts") or ()
        names = [str(each["Name"]) for each in mounts if each.get("Type") == "volume"]
        self.remove(service)
        label: dict[str, Any] = {"label": f"{RUN_LABEL}={self.run}"}
        for volume in self._asking(
            "list volumes", lambda: self._client.volumes.list(filters=label)
        ):
            if volume.name in names:
                self._asking(f"remove the volume {volume.name!r}", volume.remove)

    def sweep(self) -> tuple[str, ...]:
        """Remove all containers, networks and volumes of this run; return their names."""
        label: dict[str, Any] = {"label": f"{RUN_LABEL}={self.run}"}
        removed = []
        # Others may end while they are listed: each is looked at by a call of its own.
        for container in self._client.containers.list(all=True, filters=label, ignore_removed=True):
            try:
                container.remove(force=True, v=True)
            except NotFound:
                continue  # its own end came first
            removed.append(str(container.name))
        for network in self._client.networks.list(filters=label):
            try:
                network.remove()
            except NotFound:
                continue
            removed.append(str(network.name))
        for volume in self._client.volumes.list(filters=label):
            try:
                volume.remove()
            except NotFound:
                continue
            removed.append(str(volume.name))
        return tuple(removed)

    def _find(self, service: str) -> "Container":
        found = self._matching(service)
        if not found:
            raise ControlError(f"run {self.run} has no container for the service {service!r}")
        return found[0]

    def _matching(self, service: str) -> list["Container"]:
        filters: dict[str, Any] = {
            "label": [f"{RUN_LABEL}={self.run}", f"{SERVICE_LABEL}={service}"]
        }
        found: list[Container] = self._asking(
            f"find {service!r}",
            lambda: self._client.containers.list(all=True, filters=filters, ignore_removed=True),
        )
        return found

    def _asking(self, what: str, action: Any) -> Any:  # noqa: ANN401 - the package's own types
        try:
            return action()
        except (APIError, DockerException, requests.RequestException) as error:
            raise ControlError(f"the Docker engine did not {what}: {short(error)}") from error


def runs() -> tuple[str, ...]:
    """Return this owner's runs that have labelled containers or networks in the engine."""
    client = connected()
    ours: dict[str, Any] = {"label": [RUN_LABEL, f"{OWNER_LABEL}={owner()}"]}
    try:
        found = {
            str(container.labels[RUN_LABEL])
            for container in client.containers.list(all=True, filters=ours, ignore_removed=True)
        }
        for network in client.networks.list(filters=ours):
            found.add(str(network.attrs["Labels"][RUN_LABEL]))
    except (DockerException, requests.RequestException) as error:
        raise ControlError(f"the Docker engine did not list runs: {short(error)}") from error
    finally:
        client.close()
    return tuple(sorted(found))
