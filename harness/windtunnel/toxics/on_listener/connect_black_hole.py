"""`connect_black_hole`, ours: nobody answers new connections."""

from windtunnel.toxics.listener_posture import ListenerPosture
from windtunnel.toxics.listener_toxic_kind import ListenerToxicKind

KIND = ListenerToxicKind("connect_black_hole", ListenerPosture.SWALLOW)
