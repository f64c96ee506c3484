"""Where something listens."""

from dataclasses import dataclass, field

from windtunnel.target_tls import TargetTls

LONGEST_HOST = 253
LONGEST_LABEL = 63


def is_host(text: str) -> bool:
    """Whether a text can be a host: what Python's resolver and TLS raise at is none.

    That is an empty or too long label, a character that no name has, or a name too long in all.
    """
    name = text.strip("[]")
    if ":" in name:
        return True  # an IPv6 address, of which the resolver says more
    labels = name.removesuffix(".").split(".")
    if not name.isprintable() or any(each in name for each in " /@"):
        return False
    try:
        encoded = name.encode("idna")
    except UnicodeError:
        return False
    lengths = [len(label) for label in labels]
    return len(encoded) <= LONGEST_HOST and all(1 <= each <= LONGEST_LABEL for each in lengths)


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens."""

    host: str
    port: int
    resolved: str = field(default="", compare=False)
    """The host's address, where that has been looked up: what is connected to. Empty: the host."""
    tls: TargetTls | None = field(default=None, compare=False, repr=False)
    """How it speaks TLS; None: in clear, or whoever connects knows."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL of an HTTP server there."""
        return f"{'https' if self.tls else 'http'}://{self}"

    @property
    def connect_to(self) -> str:
        """What to connect to."""
        return self.resolved or self.host

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Return the address in "host:port"; ValueError where there is none."""
        host, colon, port = text.rpartition(":")
        known = port.isascii() and port.isdigit() and len(port) < 6 and int(port) < 65536
        if not colon or not is_host(host) or not known:
            raise ValueError(f"{text[:100]!r}: expected host:port")
        return cls(host.strip("[]"), int(port))
