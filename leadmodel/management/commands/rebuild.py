"""`manage.py rebuild`: derive changed people, by several processes at once."""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from base.command import SETTINGS
from base.servers.processes import die_with_parent
from leadmodel.rebuild import BATCH, Rebuilt, mark_everybody, read_model, rebuild_all, rebuild_batch
from sync.models import Mark


class Command(BaseCommand):
    """Derive persons, cycles and spans."""

    requires_system_checks = SETTINGS
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
        batch = _even_batch(Mark.objects.count(), processes)
        read_model()  # here, so that not each of the processes works out the settings and the hours people keep
        connections.close_all()
        done = _rebuild_at_once(processes, batch) if processes > 1 else [_rebuild(batch)]
        persons = sum(rebuilt.persons for rebuilt in done)
        changed = sum(rebuilt.rows_changed for rebuilt in done)
        self.stdout.write(f"{persons:,} people derived, {changed:,} rows written or removed")


def _even_batch(marks: int, processes: int) -> int:
    """The batch that gives each process as many batches as the others, so that none works alone at the end."""
    turns = max(1, math.ceil(marks / (processes * BATCH)))
    return max(1, math.ceil(marks / (processes * turns)))


def _rebuild_at_once(processes: int, batch: int) -> list[Rebuilt]:
    """By several processes, which end when this one does. Raises CommandError when one of them is killed."""
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, context, initializer=die_with_parent(signal.SIGKILL)) as pool:
        try:
            return list(pool.map(_rebuild, [batch] * processes))
        except BrokenProcessPool as error:
            raise CommandError(
                "One of the rebuilding processes was killed, perhaps for want of memory. What it had not finished stays"
                " marked: run the command again, with fewer --processes."
            ) from error


def _rebuild(batch: int) -> Rebuilt:
    done = rebuild_all(batch)
    connections.close_all()
    return done
