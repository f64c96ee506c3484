"""Where something listens."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens."""

    host: str
    port: int
    resolved: str = field(default="", compare=False)
    """The host's address, where that has been looked up: what is connected to. Empty: the host."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def connect_to(self) -> str:
        """What to connect to."""
        return self.resolved or self.host

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Return the address in "host:port"; ValueError where there is none."""
        host, colon, port = text.rpartition(":")
        if not colon or not host or not port.isdigit():
            raise ValueError(f"{text!r}: expected host:port")
        return cls(host.strip("[]"), int(port))
