"""A piece of one HTTP/1 message, as it is cut from a connection's bytes."""

from dataclasses import dataclass

from windtunnel.protocols.http.message_heads import Message


@dataclass(slots=True)
class MessageSegment:
    """Some bytes of one message: head, content or the framing between."""

    message: Message
    data: bytes
    content: int = 0
    """How many of the bytes, from the first, are content rather than head or framing."""
    last: bool = False
    """Whether the message ends here."""
