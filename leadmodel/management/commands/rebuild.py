"""`manage.py rebuild`: derive changed people, by several processes at once."""

from __future__ import annotations

import argparse
import multiprocessing
import os

from django.core.management.base import BaseCommand
from django.db import connections

from leadmodel.rebuild import Rebuilt, mark_everybody, rebuild_all, rebuild_batch
from sync.models import Mark


class Command(BaseCommand):
    """Derive persons, cycles and spans."""

    help = "Derive the people about whom something changed (--all: everybody)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add --all and --processes."""
        parser.add_argument("--all", action="store_true", dest="everybody", help="derive everybody anew")
        parser.add_argument(
            "--processes", type=int, default=min(4, os.cpu_count() or 1), help="how many at once"
        )

    def handle(self, *args: object, everybody: bool, processes: int, **options: object) -> None:
        """Rebuild until no mark is left."""
        del args, options
        if everybody:
            mark_everybody()
        if Mark.objects.filter(record_id="*").exists():
            rebuild_batch()
        connections.close_all()
        if processes > 1:
            with multiprocessing.get_context("fork").Pool(processes) as pool:
                done = pool.map(_rebuild, range(processes))
        else:
            done = [_rebuild(0)]
        persons = sum(rebuilt.persons for rebuilt in done)
        changed = sum(rebuilt.rows_changed for rebuilt in done)
        self.stdout.write(f"{persons:,} people derived, {changed:,} rows written or removed")


def _rebuild(_: int) -> Rebuilt:
    done = rebuild_all()
    connections.close_all()
    return done
