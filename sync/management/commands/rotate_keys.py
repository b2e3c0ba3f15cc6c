"""`manage.py rotate_keys`: encrypt what is kept with the first of ENCRYPTION_KEYS."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from base.command import SETTINGS
from sync.connection.store import seal_anew
from sync.salesforce.http import OrganisationError


class Command(BaseCommand):
    """Encrypt secrets and tokens again, so that earlier keys can be thrown away."""

    requires_system_checks = SETTINGS
    help = (
        "Encrypt kept secrets and tokens with the first of ENCRYPTION_KEYS; then the others can be removed."
    )

    def handle(self, *args: object, **options: object) -> None:
        """Encrypt all of them again, or none. Fails when a key is missing."""
        del args, options
        try:
            was_any = seal_anew()
        except OrganisationError as error:
            raise CommandError(str(error)) from error
        if was_any:
            self.stdout.write("Everything is encrypted with the first key; the others can be removed.")
        else:
            self.stdout.write("Nothing is kept: there is no connection.")
