"""What the keeper of a run does for its containers where the runner no longer can."""

from collections.abc import Sequence

from windtunnel.keeper.keeper_client import KeeperClient
from windtunnel.module_command import module_command

Command = tuple[str, ...]


class KeeperOrders:
    """Keeps the keeper informed of what heals the faults in force, and of what ends the run."""

    def __init__(self, keeper: KeeperClient) -> None:
        self._keeper = keeper
        self._heal_posts: tuple[str, ...] = ()
        self._heal_commands: dict[str, tuple[Command, ...]] = {}

    def __repr__(self) -> str:
        return f"<KeeperOrders for {', '.join(self._heal_commands) or 'no service'}>"

    @property
    def struck(self) -> frozenset[str]:
        """The services that a fault in force strikes themselves, not their traffic."""
        return frozenset(name for name, commands in self._heal_commands.items() if commands)

    def send(self) -> None:
        """Order that the run's containers are removed at its end, whatever is ordered besides."""
        commands = [each for commands in self._heal_commands.values() for each in commands]
        self._keeper.arrange(
            heal_posts=self._heal_posts,
            heal_commands=commands,
            end_commands=[module_command("windtunnel.backends.docker.sweep", self._keeper.run)],
        )

    def heal_by_post(self, url: str) -> None:
        """Order a POST when the lease runs out: the real Toxiproxy knows no leases."""
        self._heal_posts = (url,)
        self.send()

    def heal_by(self, service: str, commands: Sequence[Command]) -> None:
        """Order what heals one service when the lease runs out; none withdraws the order."""
        self._heal_commands[service] = tuple(commands)
        self.send()
