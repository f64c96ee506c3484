"""Makes a tap's records into attempts: exchanges and failed connections alike."""

from collections.abc import Iterable, Sequence

from windtunnel.records.answer_meaning import AnswerMeaning
from windtunnel.records.attempt import Attempt, AttemptFailure, AttemptKind
from windtunnel.records.connection import Connection, Ending, HandshakeOutcome
from windtunnel.records.dependency_exchange import Exchange, ExchangeOutcome
from windtunnel.records.refusals import Refusals


def attempts(
    exchanges: Sequence[Exchange], connections: Iterable[Connection], refused: Iterable[Refusals]
) -> tuple[Attempt, ...]:
    """Return the attempts that the tap saw one by one, in order of their start.

    An exchange is one attempt. A connection to the dependency that could not be made is one too. A
    connection that was made and carries nothing (warmed, kept ready, later cut) is none, nor is one
    that a fault cut before anything came on it, while it was still being made. What prepares a call
    or ends it (such as Redis AUTH, or PostgreSQL's BEGIN and COMMIT) belongs to the call beside it.
    It is the attempt where it has no good answer, unless the exchange before it on its connection
    had none either: both are one call's trouble then. What could not be read is none: it may be a
    call, several, or none, which is a blind spot.
    """
    used: set[int] = set()
    troubled: set[int] = set()
    """Connections whose last exchange had no good answer."""
    found: list[Attempt] = []
    for exchange in sorted(exchanges, key=_place):
        if exchange.is_unread:
            continue
        number = exchange.connection
        used.add(number)
        went_wrong = _went_wrong(exchange)
        if not exchange.handshake or (went_wrong and number not in troubled):
            found.append(_of_exchange(exchange))
        (troubled.add if went_wrong else troubled.discard)(number)
    found.extend(
        _of_connection(connection)
        for connection in connections
        if connection.number not in used and not connection.reached and _asked(connection)
    )
    for refusals in refused:
        found.extend(
            Attempt(
                kind=AttemptKind.REFUSED_CONNECTION,
                started=at,
                ended=at,
                failure=AttemptFailure.REFUSED,
            )
            for at in refusals.times
        )
    return tuple(sorted(found, key=lambda attempt: attempt.started))


def _place(exchange: Exchange) -> tuple[int, int]:
    return exchange.connection, exchange.index


def _went_wrong(exchange: Exchange) -> bool:
    """Whether an exchange did not bring its caller on, as far as is known."""
    if exchange.outcome in {ExchangeOutcome.FAILED, ExchangeOutcome.PENDING}:
        return True
    return exchange.says in {AnswerMeaning.REFUSAL, AnswerMeaning.FAILURE}


def _of_exchange(exchange: Exchange) -> Attempt:
    meaning = exchange.says
    failure: AttemptFailure | None = None
    if exchange.outcome is ExchangeOutcome.FAILED:
        failure = AttemptFailure.NO_ANSWER
    elif meaning is AnswerMeaning.FAILURE:
        failure = AttemptFailure.SERVER_ERROR
    return Attempt(
        kind=AttemptKind.EXCHANGE,
        started=exchange.started,
        # What cannot be seen ends at a time that nobody knows.
        ended=None if exchange.outcome is ExchangeOutcome.UNSEEN else exchange.ended,
        request=exchange.request,
        status=exchange.http_status,
        reply=exchange.status,
        meaning=meaning,
        outcome=exchange.outcome,
        failure=failure,
    )


def _asked(connection: Connection) -> bool:
    """Whether the target began a call, where the dependency was not reached."""
    if connection.handshake is not None:
        # Behind TLS, the tap dials only after the ClientHello.
        return connection.handshake.began is not None
    # One that is kept ready may be cut while the tap dials. Were it that the dependency cannot be
    # reached, it would have been ended by that, and not by a fault.
    return connection.ended_by is not Ending.FAULT or connection.received > 0


def _of_connection(connection: Connection) -> Attempt:
    handshake = connection.handshake
    if handshake is not None and handshake.outcome is HandshakeOutcome.FAILED:
        return Attempt(
            kind=AttemptKind.FAILED_HANDSHAKE,
            started=connection.opened,
            ended=connection.closed,
            failure=AttemptFailure.HANDSHAKE,
            reason=handshake.reason,
        )
    return Attempt(
        kind=AttemptKind.FAILED_CONNECTION,
        started=connection.opened,
        ended=connection.closed,
        failure=AttemptFailure.NOT_CONNECTED,
    )
