"""`manage.py pull`: bring the mirror up to date, with a progress display."""

from __future__ import annotations

import argparse

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from base import clock
from base.command import SETTINGS
from sync.pull import Pulled, pull
from sync.salesforce.client import connect
from sync.salesforce.http import OrganisationError
from sync.salesforce.objects import OBJECTS


class Command(BaseCommand):
    """Read Salesforce into the mirror."""

    requires_system_checks = SETTINGS
    help = "Read what changed in Salesforce (--full: everything) into the mirror."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add --full."""
        parser.add_argument(
            "--full", action="store_true", help="read everything again, not only what changed"
        )

    def handle(self, *args: object, full: bool, **options: object) -> None:
        """Pull, then say per object what was read, skipped or refused. Fails if any object failed."""
        del args, options
        try:
            organisation = connect()
        except OrganisationError as error:
            raise CommandError(str(error)) from error
        console = Console(stderr=True)
        with Progress(
            TextColumn("{task.description:<26}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        ) as progress:
            bars = {spec.name: progress.add_task(spec.name, total=None, visible=False) for spec in OBJECTS}

            def told(name: str, done: int, expected: int | None) -> None:
                progress.update(bars[name], completed=done, total=expected, visible=True)

            results = pull(organisation, now=clock.now(), full=full, told=told)
        self._report(results)

    def _report(self, results: list[Pulled]) -> None:
        for result in results:
            line = result.said or f"{result.row_count:,} rows read, {result.changed_count:,} new or changed"
            self.stdout.write(f"{result.name:<26} {line}")
        failed = [result.name for result in results if result.is_failure]
        if failed:
            raise CommandError(f"Not everything could be read: {', '.join(failed)}. The reasons stand above.")
