"""Kinds of toxics that act on HTTP exchanges: which requests, and what becomes of each."""

from collections.abc import Mapping
from typing import Any

from windtunnel.protocols.http.answer_effect import AnswerEffect
from windtunnel.protocols.http.http_toxic import HttpToxic
from windtunnel.protocols.http.selection import RequestSelection
from windtunnel.toxics.tls_mode import TlsMode
from windtunnel.toxics.toxic_kind import Strike, ToxicKind, Value


class HttpToxicKind(ToxicKind):
    """A kind that strikes chosen requests by one effect."""

    def __init__(self, name: str, effect: type[AnswerEffect]) -> None:
        super().__init__(name)
        self.effect = effect

    @property
    def defaults(self) -> Mapping[str, Value]:
        """The attributes of the effect and of the selection, with what each is if not given."""
        return {**self.effect.defaults, **RequestSelection.defaults}

    def mistake(self, attributes: Mapping[str, Any]) -> str:
        """Return what is wrong with these attributes, or ""."""
        return self.effect.mistake(attributes) or RequestSelection.of(attributes).mistake

    def tls_mistake(self, mode: TlsMode, attributes: Mapping[str, Any]) -> str:
        """Return why it could strike nothing where TLS is passed through, or ""."""
        if mode is not TlsMode.PASSTHROUGH:
            return ""
        return f"{self.name} strikes nothing where tls.mode is passthrough: all is encrypted"

    def strike(self, strike: Strike) -> HttpToxic:
        """Return the toxic for one connection."""
        return HttpToxic(
            strike.name, self.effect, strike.attributes, tally=strike.tally, draw=strike.draw
        )
