"""`manage.py report`: the figures of a period as a table, JSON or CSV."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from base import clock
from base.command import SETTINGS
from base.zones import zone_names
from leadmodel.lifecycle.lead_types import Priority, Relation
from metrics.query import ask
from metrics.report import as_csv, as_json, as_table, build
from metrics.selection import By, Selection, period

FORMS = {"table": as_table, "json": as_json, "csv": as_csv}


class Command(BaseCommand):
    """Figures of a period."""

    requires_system_checks = SETTINGS
    help = "Print the figures of a period: the days from --from up to, and without, --to."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the period, the instants, the split and the filters."""
        parser.add_argument("--from", dest="first", type=_day, required=True, metavar="DATE")
        parser.add_argument(
            "--to", dest="until", type=_day, required=True, metavar="DATE", help="not included"
        )
        parser.add_argument("--as-of", type=_instant, metavar="INSTANT", help="the state as it was")
        parser.add_argument("--known-by", type=_instant, metavar="INSTANT", help="the state as it was known")
        parser.add_argument("--by", type=By, choices=list(By), default=By.REP, metavar="WHAT")
        parser.add_argument("--path", choices=("inbound", "outbound"))
        parser.add_argument("--source")
        parser.add_argument("--team")
        parser.add_argument("--priority", choices=[priority.value for priority in Priority])
        parser.add_argument("--relation", choices=[relation.value for relation in Relation])
        parser.add_argument(
            "--tz", type=_zone, default=ZoneInfo("UTC"), help="zone of the days; UTC unless told"
        )
        parser.add_argument("--format", dest="form", choices=tuple(FORMS), default="table")

    def handle(self, *args: object, **options: object) -> None:
        """Ask and print."""
        del args
        first, until, zone = options["first"], options["until"], options["tz"]
        assert isinstance(first, date)
        assert isinstance(until, date)
        assert isinstance(zone, ZoneInfo)
        if until <= first:
            raise CommandError(f"--to {until} is not after --from {first}; the period would be empty.")
        start, end = period(first, until, zone)
        by = By(str(options["by"]))
        selection = Selection(
            start=start,
            end=end,
            now=clock.now(),
            as_of=_as_instant(options["as_of"]),
            known_by=_as_instant(options["known_by"]),
            path=_as_text(options["path"]),
            source=_as_text(options["source"]),
            team=_as_text(options["team"]),
            priority=_as_text(options["priority"]),
            relation=_as_text(options["relation"]),
        )
        report = build(ask(selection, by=by), selection, by=by, first=first, until=until)
        self.stdout.write(FORMS[str(options["form"])](report), ending="")


def _as_instant(value: object) -> datetime | None:
    assert value is None or isinstance(value, datetime)
    return value


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no date; write it like 2011-10-01") from error


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"“{text}” is no instant; write it like 2011-11-15T12:00:00Z"
        ) from error
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"“{text}” has no zone; write it like 2011-11-15T12:00:00Z")
    return at.astimezone(UTC)


def _zone(text: str) -> ZoneInfo:
    if text not in zone_names():
        raise argparse.ArgumentTypeError(f"“{text}” is no time zone; write one like Europe/Berlin")
    return ZoneInfo(text)
