"""Events reach every listener in order; who is too slow is told what is missing."""

import asyncio

from windtunnel.proxy.events import QUEUE, EventBroadcast, ProxyEvent, Subscription


def taken(subscription: Subscription) -> list[ProxyEvent | None]:
    """Return everything that waits in a subscription."""

    async def take() -> list[ProxyEvent | None]:
        found = []
        while subscription.dropped or not subscription.queue.empty():
            found.append(await subscription.next())
        return found

    return asyncio.run(take())


def test_every_listener_hears_everything_in_order() -> None:
    events = EventBroadcast()
    with events.subscribe() as one, events.subscribe() as other:
        events.publish("a", 1)
        events.publish("b", 2)
    for subscription in (one, other):
        assert [(each.kind, each.what) for each in taken(subscription) if each] == [
            ("a", 1),
            ("b", 2),
        ]


def test_nothing_is_heard_before_or_after_the_subscription() -> None:
    events = EventBroadcast()
    events.publish("before", None)
    with events.subscribe() as subscription:
        pass
    events.publish("after", None)
    assert taken(subscription) == []


def test_a_slow_listener_is_told_how_many_events_it_missed() -> None:
    events = EventBroadcast()
    with events.subscribe() as subscription:
        for number in range(QUEUE + 7):
            events.publish("n", number)
        found = taken(subscription)
    assert found[-1] is not None
    assert (found[-1].kind, found[-1].what) == ("dropped", {"events": 7})
    assert len(found) == QUEUE + 1


def test_what_is_missing_is_told_where_it_is_missing() -> None:
    events = EventBroadcast()
    with events.subscribe() as subscription:
        for number in range(QUEUE + 7):
            events.publish("n", number)
        assert asyncio.run(subscription.next())
        events.publish("n", "after")
        found = [event for event in taken(subscription) if event]
    assert [event.what for event in found] == [
        *range(1, QUEUE),
        {"events": 7},
        "after",
    ]
    assert [event.at for event in found] == sorted(event.at for event in found)


def test_the_end_reaches_even_a_full_listener() -> None:
    events = EventBroadcast()
    with events.subscribe() as subscription:
        for number in range(QUEUE):
            events.publish("n", number)
        events.end()
        assert taken(subscription)[-1] is None
