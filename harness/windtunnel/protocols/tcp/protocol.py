"""TCP as a protocol: whatever is not known better."""

from typing import ClassVar

from windtunnel.protocols.wire_protocol import WireProtocol


class TcpProtocol(WireProtocol):
    """Any bytes. An exchange is a turn: what the target sends until the dependency answers."""

    name: ClassVar = "tcp"


PROTOCOL = TcpProtocol()
