"""`manage.py demo`: a Salesforce organisation on this machine, synced, measured, shown."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.demo.errors import DemoError, Stopped
from config.demo.organisation import COMPANY_MODEL, ExampleCompany, Export
from config.demo.run import Demo, run
from config.servers import home

DEFAULT_LEADS = 20_000
MOST_LEADS = 1_000_000
FEWEST_LEADS = 500
MOST_HURRY = 24 * 60
INTERRUPTED = 130  # what a shell reports for a command that Ctrl-C ended


class Command(BaseCommand):
    """Show the app at work: on the example company, or on your own organisation's export."""

    help = "Serve the example company, or a Salesforce data export, with everything running on this machine."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which organisation, and how it is shown."""
        parser.add_argument(
            "--export", type=Path, metavar="FOLDER-or-ZIP", help="a Salesforce data export to show"
        )
        parser.add_argument(
            "--model", type=Path, metavar="FILE", help="the lead model's settings to measure by"
        )
        parser.add_argument("--once", action="store_true", help="pull, derive, exit; serve nothing")
        parser.add_argument(
            "--leads", type=int, help=f"size of the example company (default {DEFAULT_LEADS:,})"
        )
        parser.add_argument("--seed", type=int, help="another example company of the same kind (default 1)")
        parser.add_argument(
            "--speed", type=float, default=1.0, help="minutes the company lives per second (default 1)"
        )
        parser.add_argument(
            "--hurry",
            type=float,
            metavar="N",
            help="promise answers so many times sooner, so that what follows from waiting is seen in an evening",
        )
        parser.add_argument(
            "--port", type=int, help="port of the pages (default: the first free one from 8000)"
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Run until done or Ctrl-C."""
        try:
            run(_read(options), home(), self._say)
        except DemoError as error:
            raise CommandError(str(error)) from error
        except Stopped:
            self._say("\nInterrupted; the next demo makes what is missing.")
            sys.exit(INTERRUPTED)

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def _read(options: dict[str, Any]) -> Demo:
    """Check the options against each other."""
    export, model = options["export"], options["model"]
    leads, seed = options["leads"], options["seed"]
    if export and (leads is not None or seed is not None):
        message = "--leads and --seed make the example company: leave them out with --export."
        raise DemoError(message)
    leads = DEFAULT_LEADS if leads is None else leads
    if not FEWEST_LEADS <= leads <= MOST_LEADS:
        message = f"--leads is {leads}: give a number from {FEWEST_LEADS} to {MOST_LEADS:,}."
        raise DemoError(message)
    if not 0 < options["speed"] <= 60 * 24:
        message = f"--speed is {options['speed']:g}: give minutes per second, above 0 and at most 1440."
        raise DemoError(message)
    hurry = options["hurry"]
    if hurry is not None and not 1 < hurry <= MOST_HURRY:
        message = f"--hurry is {hurry:g}: say how many times shorter promises are, above 1 and at most {MOST_HURRY}."
        raise DemoError(message)
    if hurry is not None and options["once"]:
        message = "--hurry is for watching, and --once serves nothing: leave one of them out."
        raise DemoError(message)
    if model and not model.is_file():
        message = (
            f"There is no model file at {model}: name one, for example what `manage.py model export` wrote."
        )
        raise DemoError(message)
    if model:
        _check(model)
    elif not export:
        model = COMPANY_MODEL
    organisation = Export(export.resolve()) if export else ExampleCompany(leads, 1 if seed is None else seed)
    return Demo(
        organisation,
        model.resolve() if model else None,
        options["once"],
        options["port"],
        options["speed"],
        hurry or 0,
    )


def _check(model: Path) -> None:
    """Raise DemoError where the file is wrong: told before an organisation is made, which may take minutes."""
    try:
        call_command("model", "check", str(model), stdout=StringIO())
    except CommandError as error:
        raise DemoError(str(error)) from error
