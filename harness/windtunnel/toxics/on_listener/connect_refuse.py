"""`connect_refuse`, ours: new connections are refused, live ones go on."""

from windtunnel.toxics.listener_posture import ListenerPosture
from windtunnel.toxics.listener_toxic_kind import ListenerToxicKind

KIND = ListenerToxicKind("connect_refuse", ListenerPosture.REFUSE)
