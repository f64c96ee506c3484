"""Every kind of toxic that the API knows, by name: found, not listed."""

from collections.abc import Iterator, Mapping

from windtunnel.protocols.registry import protocols
from windtunnel.toxics import on_bytes, on_handshake, on_listener
from windtunnel.toxics.found_kinds import kinds_in
from windtunnel.toxics.toxic_kind import ToxicKind


def _found() -> Iterator[ToxicKind]:
    for package in (on_bytes, on_listener, on_handshake):
        yield from kinds_in(package)
    for protocol in protocols().values():
        yield from protocol.toxic_kinds()


KINDS: Mapping[str, ToxicKind] = {kind.name: kind for kind in _found()}
