"""Addresses a mail leads to: the same pages as of and as known by its instant. They need a log-in and only show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings as django
from django.urls import reverse

from base.address import written_instant


@dataclass(frozen=True)
class Links:
    """The addresses of the mail as of `at`; days are those of the organisation's zone."""

    at: datetime

    def tile(self, name: str, rep: str | None = None) -> str:
        """The list of a tile of the strip, of all reps or of one."""
        return self._team({"tile": name} | ({"rep": rep} if rep else {}))

    def in_time(self, first: date, until: date) -> str:
        """The people behind the share answered in time of these days `[first, until)`."""
        through = until - timedelta(days=1)
        days = {"period": "custom", "from": first.isoformat(), "through": through.isoformat()}
        return self._team({"figure": "sla_attainment", **days})

    def pulls(self, rep: str, day: date) -> str:
        """The people a rep pulled on a day of theirs."""
        days = {"period": "custom", "from": day.isoformat(), "through": day.isoformat()}
        return self._at("pulls", {**days, "rep": rep, "day": day.isoformat()})

    def queue(self, part: str, rep: str, *, is_past: bool) -> str:
        """A part of a rep's queue; where no past is kept of it, as it stands when one looks."""
        parameters = {"rep": rep, "show": part}
        return (
            self._at("queue", parameters) if is_past else site(f"{reverse('queue')}?{urlencode(parameters)}")
        )

    def person(self, person_id: str) -> str:
        """A person as they are now: there one acts."""
        return site(reverse("person", args=[person_id]))

    def _team(self, parameters: dict[str, str]) -> str:
        return self._at("team", parameters)

    def _at(self, page: str, parameters: dict[str, str]) -> str:
        at = written_instant(self.at) or ""
        return site(reverse(page) + "?" + urlencode(parameters | {"as_of": at, "known_by": at}))


def site(path: str) -> str:
    """A whole address of ours."""
    return django.SITE_URL.rstrip("/") + path
