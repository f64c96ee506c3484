"""What HTTP toxics do to one exchange: pure transforms with time as an argument, one a file."""

from windtunnel.proxy.http.effects.abort import Abort
from windtunnel.proxy.http.effects.corrupt import Corrupt
from windtunnel.proxy.http.effects.delay import Delay
from windtunnel.proxy.http.effects.drip import Drip
from windtunnel.proxy.http.effects.effect import Effect, Part
from windtunnel.proxy.http.effects.status import Status
from windtunnel.proxy.http.effects.truncate import Truncate

EFFECTS: dict[str, type[Effect]] = {
    "http_abort": Abort,
    "http_corrupt": Corrupt,
    "http_delay": Delay,
    "http_drip": Drip,
    "http_status": Status,
    "http_truncate": Truncate,
}

__all__ = ["EFFECTS", "Effect", "Part"]
