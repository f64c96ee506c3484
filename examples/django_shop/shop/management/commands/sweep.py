"""`manage.py sweep`: put the orders that stand still into the queue again, for ever."""

import time
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import Error, connection
from django.utils import timezone

from shop.models import Order
from shop.tasks import charge, confirm, pass_on

PATIENCE = timedelta(seconds=2)
NEXT = {Order.State.TAKEN: charge, Order.State.CHARGED: confirm}


class Command(BaseCommand):
    """What the queue has lost or never got is found in the database."""

    def handle(self, **options: object) -> None:
        """Look once a second."""
        self.stdout.write("sweeping")
        self.stdout.flush()
        while True:
            try:
                waiting = Order.objects.exclude(state=Order.State.CONFIRMED)
                for order in waiting.filter(taken__lt=timezone.now() - PATIENCE):
                    pass_on(NEXT[order.state], order)
            except Error:
                connection.close()
            time.sleep(1)
