"""`manage.py mail`: one mail now, to see that mails arrive and how they look."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from alerts.mails.delivery import deliver
from alerts.mails.scan import CannotBeAsked, ask
from base import clock
from base.command import SETTINGS
from base.models import Effect, User


class Command(BaseCommand):
    """Send somebody the mail of the morning out of turn, and say what became of it."""

    requires_system_checks = SETTINGS
    help = (
        "Send somebody their mail of the morning as it is now, on any day, beside the one of the morning. "
        "Says how it ended; fails where it is not, or not yet, sent because of the mail server."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose."""
        parser.add_argument("username", help="their user name here")

    def handle(self, *_: object, **options: Any) -> None:
        """Decide it, send what waits, look how it ended."""
        if not settings.EMAIL_HOST:
            raise CommandError("No mail server is set: set EMAIL_HOST (docs/run-in-production.md).")
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['username']}: give a user name.")
        try:
            mail = ask(user, now=clock.now())
        except CannotBeAsked as error:
            raise CommandError(str(error)) from error
        while deliver(clock=clock.now):
            pass
        mail.refresh_from_db()
        self.stdout.write(_ended(mail))


def _ended(mail: Effect) -> str:
    """How it stands, in a sentence. Raises CommandError where the mail server did not take it."""
    match mail.state:
        case Effect.State.DONE:
            return f"Sent: {mail.payload['subject']}."
        case Effect.State.CANCELLED:
            return mail.said
        case Effect.State.READY:
            raise CommandError(f"Not sent yet, and tried again as long as its day lasts. {mail.said}")
        case Effect.State.LEASED:
            return "Another process is sending it."
        case _:
            raise CommandError(f"Not sent. {mail.said}")
