"""What the shop keeps in PostgreSQL."""

import uuid

from django.db import models


class Order(models.Model):
    """One order, and how far it has come."""

    class State(models.TextChoices):
        """An order is taken, then charged, then confirmed by mail."""

        TAKEN = "taken"
        CHARGED = "charged"
        CONFIRMED = "confirmed"

    customer = models.CharField(max_length=100)
    product = models.IntegerField()
    quantity = models.IntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.TAKEN)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    """By which the payment API knows a second attempt from a second order."""
    taken = models.DateTimeField(auto_now_add=True)
