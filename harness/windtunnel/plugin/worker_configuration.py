"""What an xdist worker tells its controller of the configuration that its tests had."""

import json

from windtunnel.configuration.known_at_run_time import KnownAtRunTime
from windtunnel.errors import WindtunnelError
from windtunnel.session import Session

ORIGIN = "an xdist worker"


def told(session: Session) -> str:
    """Return a session's configuration as text."""
    table = session.configuration.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps(table)


def take(session: Session, text: str) -> None:
    """Let a session have the configuration that another told, unless it has that already."""
    if not session.is_adapted:
        known = KnownAtRunTime(json.loads(text), ORIGIN, is_whole=True)
        session.complete(known, ORIGIN)
        try:
            session.check()
        except WindtunnelError:  # such as a folder that is only there for the worker
            session.complete(KnownAtRunTime({}, ORIGIN), ORIGIN)
