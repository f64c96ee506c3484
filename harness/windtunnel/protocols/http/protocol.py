"""HTTP/1 as a protocol."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from windtunnel.protocols.wire_protocol import WireProtocol
from windtunnel_faults import Capability

if TYPE_CHECKING:
    from windtunnel.protocols.http.exchanges import HttpExchanges
    from windtunnel.toxics.toxic_kind import ToxicKind


class HttpProtocol(WireProtocol):
    """HTTP/1. An exchange is a request with its answer."""

    name: ClassVar = "http"
    default_port: ClassVar = 80
    schemes: ClassVar = {"http": 80, "https": 443}
    tls_schemes: ClassVar = frozenset({"https"})
    alpn: ClassVar = ("http/1.1",)
    separates_calls: ClassVar = True
    capabilities: ClassVar = frozenset({Capability.HTTP})

    def exchanges(self) -> "HttpExchanges":
        """Return a reader for the requests of one connection."""
        # Imported here: it loads the parser.
        from windtunnel.protocols.http.exchanges import (  # noqa: PLC0415 - the reason above
            HttpExchanges,
        )

        return HttpExchanges()

    def toxic_kinds(self) -> "Iterator[ToxicKind]":
        """Give one kind for each effect."""
        # Imported here: only the proxy needs them.
        from windtunnel.protocols.http import effects  # noqa: PLC0415 - the reason above
        from windtunnel.toxics.found_kinds import kinds_in  # noqa: PLC0415 - the reason above

        yield from kinds_in(effects)


PROTOCOL = HttpProtocol()
