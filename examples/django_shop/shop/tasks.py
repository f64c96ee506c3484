"""What the worker does for an order: charge it, and confirm it by mail."""

import os
import uuid
from contextlib import suppress

import requests
from celery import shared_task
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from shop.models import Order

RETRIED = {
    "autoretry_for": (requests.RequestException,),
    "max_retries": 10,
    "retry_backoff": 1,
    "retry_backoff_max": 2,
    "retry_jitter": False,
}


@shared_task(**RETRIED)
def charge(number: int) -> None:
    """Charge an order once, however often this is tried."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=number)
        if order.state != Order.State.TAKEN:
            return
        send(f"{settings.PAYMENT_URL}/charges", order)
        order.state = Order.State.CHARGED
        order.save()
    pass_on(confirm, order)


@shared_task(**RETRIED)
def confirm(number: int) -> None:
    """Mail the confirmation of an order once, however often this is tried."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=number)
        if order.state != Order.State.CHARGED:
            return
        send(f"{settings.MAIL_URL}/messages", order)
        order.state = Order.State.CONFIRMED
        order.save()


def send(url: str, order: Order) -> None:
    """Post an order to a partner, who does the same thing once for each key."""
    key = uuid.uuid4() if os.environ.get("KEY") == "fresh" else order.key
    answer = requests.post(
        url,
        json={"order": order.pk, "quantity": order.quantity},
        headers={"Idempotency-Key": str(key)},
        timeout=1,
    )
    answer.raise_for_status()


def pass_on(task: object, order: Order) -> None:
    """Put a task into the queue; where that is away, the sweeper does so later."""
    # The order itself is safe: whoever asked must not fail because the queue is away.
    with suppress(OperationalError):
        task.apply_async((order.pk,), retry=False)
