"""Whether bytes are one whole answer: equal bytes then need no second parse."""

import httptools


def is_one_answer(data: bytes) -> bool:
    """Return whether these bytes are one whole answer with nothing after it."""
    messages = _Messages()
    try:
        httptools.HttpResponseParser(messages).feed_data(data)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return False
    return messages.begun == messages.complete == 1


class _Messages:
    def __init__(self) -> None:
        self.begun = self.complete = 0

    def on_message_begin(self) -> None:
        self.begun += 1

    def on_message_complete(self) -> None:
        self.complete += 1
