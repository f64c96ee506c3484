"""What the rest of windtunnel asks a protocol; a folder of this package overrides what differs."""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from windtunnel.address import Address
from windtunnel.protocols.server_account import ServerAccount
from windtunnel_faults import Capability

if TYPE_CHECKING:
    from windtunnel.protocols.exchanges import Exchanges
    from windtunnel.toxics.toxic_kind import ToxicKind

Probe: TypeAlias = Callable[[Address], None]
"""Returns once a program serves; raises OSError or HTTPException while it does not yet."""

PROBE_TIMEOUT = 1.0
"""Seconds that a readiness probe waits for one answer."""


ResultRows: TypeAlias = tuple[tuple[str, ...], list[tuple[object, ...]]]
"""What a statement answers: the columns' names, and rows."""


class WireProtocol:
    """One protocol. It imports what reads traffic only when that is asked for."""

    name: ClassVar[str]
    default_port: ClassVar[int] = 0
    """The port that servers usually listen on; 0 where there is none."""
    schemes: ClassVar[Mapping[str, int]] = {}
    """The URL schemes by which discovery recognises it, each with its usual port.

    The first is what discovery writes where only the protocol is known."""
    tls_schemes: ClassVar[frozenset[str]] = frozenset()
    """Those of them that mean TLS."""
    words: ClassVar[tuple[str, ...]] = ()
    """Words in a variable's name by which discovery guesses it, the surest first."""
    alpn: ClassVar[tuple[str, ...]] = ()
    """What the proxy may choose of the target's offers (ALPN) where it ends TLS."""
    separates_calls: ClassVar[bool] = False
    """Whether single calls are distinguished, for which the traffic must not stay encrypted."""
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    """What faults may need that only this protocol's dependencies have."""
    has_own_server: ClassVar[bool] = False
    """Whether a backend brings a server of its own where none is configured."""
    can_be_emptied: ClassVar[bool] = False
    """Whether `empty` empties a server that goes on running."""
    carries_out_sql: ClassVar[bool] = False
    """Whether `execute` and `query` do."""

    def __repr__(self) -> str:
        return f"<WireProtocol {self.name}>"

    def exchanges(self) -> "Exchanges":
        """Return a reader for the exchanges of one connection: by turns, for any protocol."""
        # Imported here: whoever asks for a port reads no traffic.
        from windtunnel.protocols.exchanges import Exchanges  # noqa: PLC0415 - the reason above

        return Exchanges()

    def toxic_kinds(self) -> "Iterator[ToxicKind]":
        """Give the kinds of toxics that act on its exchanges."""
        yield from ()

    def probe(self, address: Address) -> None:
        """Return once a server at `address` is ready; OSError says why it is not."""
        accepts_tcp(address)

    def empty(self, address: Address, account: ServerAccount) -> None:
        """Delete all that a server holds, but what it was kept with; OSError says why not."""
        raise NotImplementedError(f"no server of {self.name} is emptied while it runs")

    def held(self, address: Address, account: ServerAccount) -> AbstractContextManager[object]:
        """Hold what `empty` brings back, against runs on other machines too, until this is closed.

        It is nothing where none is needed. BlockingIOError where another run does; OSError.
        """
        return nullcontext()

    def recover(self, address: Address, account: ServerAccount) -> str:
        """Bring back what a run that was killed had kept; say in words what was done. OSError."""
        return ""

    def keep(self, address: Address, account: ServerAccount) -> None:
        """Keep what a server holds, where `empty` brings that back; OSError says why it cannot."""

    def release(self, address: Address, account: ServerAccount) -> None:
        """Leave a server that runs on as it was kept, and nothing else of ours there. OSError."""

    def execute(self, address: Address, account: ServerAccount, statements: str) -> None:
        """Carry out statements of SQL; OSError says why they cannot be."""
        raise NotImplementedError(f"no server of {self.name} is given SQL")

    def query(
        self,
        address: Address,
        account: ServerAccount,
        sql: str,
        parameters: Sequence[object],
        most: int,
    ) -> ResultRows:
        """Return the names of the columns, and `most` rows at most. OSError says why not."""
        raise NotImplementedError(f"no server of {self.name} is asked in SQL")


def accepts_tcp(address: Address) -> None:
    """Probe: it accepts connections."""
    socket.create_connection((address.host, address.port), timeout=PROBE_TIMEOUT).close()
