"""What HTTP toxics do to one exchange: pure transforms with time as an argument, one a file."""

from harness.proxy.http.effects.abort import Abort
from harness.proxy.http.effects.corrupt import Corrupt
from harness.proxy.http.effects.delay import Delay
from harness.proxy.http.effects.drip import Drip
from harness.proxy.http.effects.effect import Effect, Part
from harness.proxy.http.effects.status import Status
from harness.proxy.http.effects.truncate import Truncate

EFFECTS: dict[str, type[Effect]] = {
    "http_abort": Abort,
    "http_corrupt": Corrupt,
    "http_delay": Delay,
    "http_drip": Drip,
    "http_status": Status,
    "http_truncate": Truncate,
}

__all__ = ["EFFECTS", "Effect", "Part"]
