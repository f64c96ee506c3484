"""HTTP faults: nothing fails, whatever comes, and how it is cut into chunks changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.http_traffic import PIPELINES, SIZES, Exchange, damaged, pieces
from tests.proxy.chance import chance
from tests.toxics.by_name import EFFECTS
from windtunnel.protocols.http.answer_effect import Part
from windtunnel.protocols.http.framing import Framer
from windtunnel.protocols.http.http_toxic import HttpToxic
from windtunnel.protocols.http.mediator import HttpMediator
from windtunnel.protocols.http.message_heads import Message
from windtunnel.proxy.toxic_catalog import KINDS
from windtunnel.toxics.chunk import Action
from windtunnel.toxics.toxic_kind import ExchangeTally


class Notes:
    def __init__(self) -> None:
        self.found: list[object] = []

    def struck(self, place: int, toxic: str) -> None:
        self.found.append((place, toxic))

    def dependency_answered(self, place: int, status: str) -> None:
        pass

    def kept(self, place: int) -> None:
        self.found.append(place)

    def notice(self, text: str) -> None:
        self.found.append(text)


ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "first": st.integers(0, 3),
        "every": st.integers(1, 3),
        "probability": st.sampled_from([1.0, 0.5, 0.0]),
        "method": st.sampled_from(["", "", "get", "POST"]),
        "path": st.sampled_from(["", "/", "/a", "/b"]),
        "header": st.sampled_from(["", "", "X-a", "Transfer-Encoding: chunked"]),
        "status": st.sampled_from([200, 204, 304, 503]),
        "bytes": st.integers(0, 50),
        "latency": st.integers(0, 50),
        "spacing": st.integers(1, 8),
        "rate": st.integers(1, 1000),
        "forwarded": st.integers(0, 1),
        "ending": st.sampled_from(["reset", "close"]),
    },
)
TOXICS = st.lists(st.tuples(st.sampled_from(sorted(EFFECTS)), ATTRIBUTES), min_size=1, max_size=3)


def mediator(toxics: list[tuple[str, dict[str, object]]], notes: Notes) -> HttpMediator:
    made = []
    for number, (kind, given_attributes) in enumerate(toxics):
        known = KINDS[kind].defaults
        attributes = {**known, **{k: v for k, v in given_attributes.items() if k in known}}
        assert not KINDS[kind].mistake(attributes)
        name = f"{kind} {number}"
        made.append(
            HttpToxic(
                name,
                EFFECTS[kind],
                attributes,
                tally=ExchangeTally(),
                draw=lambda *place: chance(place),
                clock=lambda: 0,
            )
        )
    return HttpMediator(made, notes, 0)


def sent(parts: list[Part]) -> tuple[bytes, Action]:
    """Return what reaches the target, and by what the connection then ends."""
    data = b""
    for part in parts:
        data += part.data
        if part.action not in {Action.NONE, Action.EOF}:
            return data, part.action
    return data, Action.NONE


def streams(pipeline: list[Exchange]) -> tuple[bytes, bytes]:
    return b"".join(e.request for e in pipeline), b"".join(e.answer for e in pipeline)


@given(PIPELINES, SIZES)
def test_every_message_is_found_whole_however_it_is_cut(
    pipeline: list[Exchange], sizes: list[int]
) -> None:
    bodiless = iter([each.method == "HEAD" for each in pipeline])
    requests, answers = streams(pipeline)
    framers = (
        (Framer("requests"), requests),
        (Framer("answers", lambda message: next(bodiless)), answers),
    )
    found = []
    for framer, stream in framers:
        contents: dict[Message, bytes] = {}
        whole = b""
        for piece in pieces(stream, sizes):
            for segment in framer.feed(piece):
                whole += segment.data
                contents.setdefault(segment.message, b"")
                contents[segment.message] += segment.data[: segment.content]
        assert not framer.broken
        assert whole == stream
        assert all(message.complete for message in contents)
        found.append(contents)
    asked, answered = found
    assert [(m.method, m.path, content) for m, content in asked.items()] == [
        (each.method, each.path, each.request_content) for each in pipeline
    ]
    assert [(m.status, content) for m, content in answered.items() if m.status >= 200] == [
        (each.status, each.answer_content) for each in pipeline
    ]


@given(PIPELINES, TOXICS, SIZES)
def test_what_a_fault_does_to_an_exchange_does_not_depend_on_how_it_is_cut(
    pipeline: list[Exchange], toxics: list[tuple[str, dict[str, object]]], sizes: list[int]
) -> None:
    results = []
    for cut in ([10**6], sizes):
        notes = Notes()
        mediating = mediator(toxics, notes)
        forwarded, parts = b"", list[Part]()
        asked = streams(pipeline)[0]
        for piece in pieces(asked, cut):
            data, answers = mediating.request(piece, 0.0)
            forwarded += data
            parts += answers
        # The dependency answers what it was asked, and nothing else.
        kept = {place for place in notes.found if isinstance(place, int)}
        answered = b"".join(e.answer for i, e in enumerate(pipeline) if i not in kept)
        assert forwarded == b"".join(e.request for i, e in enumerate(pipeline) if i not in kept)
        for piece in pieces(answered, cut):
            parts += mediating.answer(piece, 0.0)
        assert not [note for note in notes.found if isinstance(note, str)]
        struck = {note for note in notes.found if isinstance(note, tuple)}
        results.append((forwarded, sent(parts), struck))
    whole, in_pieces = results
    assert whole == in_pieces
    if not whole[2]:
        assert whole[1] == (streams(pipeline)[1], Action.NONE)


@given(st.data())
def test_what_no_fault_strikes_passes_byte_for_byte_however_damaged(data: st.DataObject) -> None:
    requests, answers = streams(data.draw(PIPELINES))
    requests, answers = data.draw(damaged(requests)), data.draw(damaged(answers))
    sizes = data.draw(SIZES)
    mediating = mediator([("http_delay", {"path": "/never"})], Notes())
    forwarded, back = b"", b""
    for piece in pieces(requests, sizes):
        taken, parts = mediating.request(piece, 0.0)
        forwarded += taken
        assert not parts
    for piece in pieces(answers, sizes):
        back += b"".join(part.data for part in mediating.answer(piece, 0.0))
    # A head that has not come to its end is held; nothing else is.
    for stream, passed in ((requests, forwarded), (answers, back)):
        assert stream.startswith(passed)
        assert b"\r\n\r\n" not in stream[len(passed) :].lstrip(b"\r\n")


@given(st.data())
def test_no_fault_fails_on_damaged_traffic(data: st.DataObject) -> None:
    requests, answers = streams(data.draw(PIPELINES))
    sizes = data.draw(SIZES)
    mediating = mediator(data.draw(TOXICS), Notes())
    asked = list(pieces(data.draw(damaged(requests)), sizes))
    answered = list(pieces(data.draw(damaged(answers)), sizes))
    while asked or answered:
        first = data.draw(st.booleans()) if asked and answered else bool(asked)
        if first:
            mediating.request(asked.pop(0), 0.0)
        else:
            mediating.answer(answered.pop(0), 0.0)
