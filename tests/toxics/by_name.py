"""The classes behind the kinds of toxics, by the kinds' names."""

from windtunnel.protocols.http import effects
from windtunnel.protocols.http.answer_effect import AnswerEffect
from windtunnel.protocols.http.http_toxic_kind import HttpToxicKind
from windtunnel.toxics import on_bytes
from windtunnel.toxics.byte_toxic_kind import ByteToxicKind
from windtunnel.toxics.connection_toxic import ByteToxic
from windtunnel.toxics.found_kinds import kinds_in

BYTE_TOXICS: dict[str, type[ByteToxic]] = {
    kind.name: kind.toxic for kind in kinds_in(on_bytes) if isinstance(kind, ByteToxicKind)
}
EFFECTS: dict[str, type[AnswerEffect]] = {
    kind.name: kind.effect for kind in kinds_in(effects) if isinstance(kind, HttpToxicKind)
}
