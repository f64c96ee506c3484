"""`manage.py customer NAME PASSWORD`: make a customer."""

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Makes a customer who can log in."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a name and a password."""
        parser.add_argument("name")
        parser.add_argument("password")

    def handle(self, *, name: str, password: str, **options: object) -> None:
        """Make the customer."""
        User.objects.create_user(name, password=password)
