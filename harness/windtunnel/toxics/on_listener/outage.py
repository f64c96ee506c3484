"""`outage`, ours: new connections are refused, live ones are cut.

It does what disabling a proxy does, but as a toxic: with a name, and a lease of its own.
"""

from windtunnel.toxics.listener_posture import ListenerPosture
from windtunnel.toxics.listener_toxic_kind import ListenerToxicKind

KIND = ListenerToxicKind("outage", ListenerPosture.REFUSE, cuts_live=True)
