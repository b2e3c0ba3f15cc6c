"""The audit log as one may read it: who or what did this to this person or setting, when and why.

Operations see every entry. A manager sees those about people they may see, and those about nobody that they or their
reps did, or that concern these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from alerts.audit_words import AUTOMATIONS, GROUPS
from alerts.lines import Value
from base.models import User
from leadmodel.access import sight, visible_reps
from leadmodel.pages.people import FITS, NAME, WITH_NAMES, fitting


@dataclass(frozen=True)
class Narrowed:
    """What the log is narrowed by. `who`: a log-in or an automation; `since`, `until`: `[since, until)`."""

    group: str | None = None
    who: str | None = None
    words: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One entry. `person_id` is whom the record is today; `about`: the log-in it is about; `said`: in its ledger."""

    number: int
    at: datetime
    who: str | None
    automation: str
    what: str
    became: str
    person_id: str
    name: str
    about: str | None
    cause: str
    ledger: str
    row: int | None
    said: str


@dataclass(frozen=True)
class Page:
    """Some entries, and after which number the list goes on; None: it ends with them."""

    entries: list[Entry]
    after: int | None


@dataclass
class _Asked:
    """Conditions of SQL on `entry` alone, one on who may see it, and what they ask for."""

    own: list[str] = field(default_factory=lambda: ["true"])
    seen: str = "true"
    values: dict[str, Value] = field(default_factory=dict)

    def add(self, condition: str, **values: Value) -> None:
        """Ask for this too."""
        self.own.append(condition)
        self.values |= values

    @property
    def walked(self) -> str:
        """The entries that are asked whether they are seen."""
        return _WALKED.format(own=" AND ".join(f"({one})" for one in self.own))


MOST_WALKED = 100_000
_KIN = f"""
    SELECT kin.record_id FROM leadmodel_personrecord kin
    JOIN leadmodel_person person ON person.person_id = kin.person_id WHERE {FITS}
"""
"""The records of whom the words fit: entries are found by them, not asked one by one."""
_KINDS = """
    WITH RECURSIVE kind (what) AS (
        (SELECT what FROM base_auditentry ORDER BY what LIMIT 1)
        UNION ALL
        SELECT (SELECT later.what FROM base_auditentry later WHERE later.what > kind.what ORDER BY later.what LIMIT 1)
        FROM kind WHERE kind.what IS NOT NULL
    ) SELECT what FROM kind WHERE what LIKE ANY(%(kinds)s)
"""
"""What there is of a group, from the index, a step for each kind there is."""
_WALKED = "SELECT * FROM base_auditentry entry WHERE {own} ORDER BY entry.id DESC LIMIT %(walked)s"
"""What the log itself says of an entry; whether one may see it is asked of each, so of so many at a time."""
_ENTRIES = f"""
    WITH entry AS ({{walked}}), found AS (
        SELECT entry.*, COALESCE(person.person_id, entry.person_id) AS today, {{name}} AS name
        FROM entry
        LEFT JOIN leadmodel_personrecord record ON record.record_id = entry.person_id AND entry.person_id <> ''
        LEFT JOIN leadmodel_person person ON person.person_id = record.person_id {WITH_NAMES}
        WHERE {{seen}} ORDER BY entry.id DESC LIMIT %(limit)s
    )
    SELECT found.id, found.at, acting.username, found.automation, found.what, found.became, found.today, found.name,
           concerned.username, found.cause, found.ledger, found.number,
           COALESCE(CASE WHEN found.became IN ('decided', 'again') THEN effect.why
                         ELSE COALESCE(NULLIF(effect.said, ''), effect.why) END,
                    step.said, word.said, line.said, told.headline, switch.why, version.why,
                    CASE WHEN found.became = 'ended' THEN exclusion.ended_why ELSE exclusion.reason END,
                    CASE WHEN found.became = 'asked' THEN request.why ELSE request.answer END, '')
    FROM found
    LEFT JOIN base_user acting ON acting.id = found.actor_id
    LEFT JOIN base_user concerned ON concerned.id = found.user_id
    LEFT JOIN base_effect effect ON found.ledger = 'base_effect' AND effect.id = found.number
    LEFT JOIN alerts_escalation step ON found.ledger = 'alerts_escalation' AND step.id = found.number
    LEFT JOIN alerts_accountword word ON found.ledger = 'alerts_accountword' AND word.id = found.number
    LEFT JOIN alerts_assignment line ON found.ledger = 'alerts_assignment' AND line.id = found.number
    LEFT JOIN alerts_told told ON found.ledger = 'alerts_told' AND told.id = found.number
    LEFT JOIN sync_writeswitch switch ON found.ledger = 'sync_writeswitch' AND switch.id = found.number
    LEFT JOIN leadmodel_settingsversion version
           ON found.ledger = 'leadmodel_settingsversion' AND version.id = found.number
    LEFT JOIN leadmodel_exclusion exclusion
           ON found.ledger = 'leadmodel_exclusion' AND exclusion.id = found.number
    LEFT JOIN leadmodel_request request ON found.ledger = 'leadmodel_request' AND request.id = found.number
    ORDER BY found.id DESC
"""
"""People's words are read where they were entered: the log has none."""


def read_page(user: User, narrowed: Narrowed, *, after: int | None, size: int) -> Page:
    """Up to `size` entries this user may see, the latest first, from the one after a number on.

    Of so many are they looked for at a time that a page may hold fewer, and the list goes on all the same.
    """
    asked = _ask(user, narrowed, after, limit=size + 1, walked=MOST_WALKED)
    entries = _read(asked)
    if len(entries) > size:
        return Page(entries[:size], entries[size - 1].number)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), min(id) FROM ({asked.walked}) walked", asked.values)
        ((count, last),) = cursor.fetchall()
    return Page(entries, last if count == MOST_WALKED else None)


def read_entries(user: User, narrowed: Narrowed, *, after: int | None = None) -> list[Entry]:
    """All of them."""
    return _read(_ask(user, narrowed, after, limit=None, walked=None))


def _read(asked: _Asked) -> list[Entry]:
    statement = _ENTRIES.format(
        walked=asked.walked, seen=asked.seen, name=f"COALESCE({NAME}, entry.person_id)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, asked.values)
        return [Entry(*row) for row in cursor.fetchall()]


def _ask(
    user: User, narrowed: Narrowed, after: int | None, *, limit: int | None, walked: int | None
) -> _Asked:
    asked = _Asked(values={"limit": limit, "walked": walked})
    _add_seen(asked, user)
    _add_who(asked, narrowed.who)
    if narrowed.group is not None:
        asked.add(
            f"entry.what = ANY(ARRAY({_KINDS}))", kinds=[f"{start}%" for start in GROUPS[narrowed.group][1]]
        )
    if narrowed.words is not None:
        asked.add(
            f"entry.person_id <> '' AND entry.person_id = ANY(ARRAY({_KIN}))", **fitting(narrowed.words)
        )
    if narrowed.since is not None:
        asked.add("entry.at >= %(since)s", since=narrowed.since)
    if narrowed.until is not None:
        asked.add("entry.at < %(until)s", until=narrowed.until)
    if after is not None:
        asked.add("entry.id < %(after)s", after=after)
    return asked


def _add_seen(asked: _Asked, user: User) -> None:
    reps = visible_reps(user)
    if reps is None:
        return
    accounts = User.objects.filter(salesforce_id__in=reps).values_list("pk", flat=True)
    seen = sight(user)
    asked.seen = (
        f"((person.person_id IS NOT NULL AND {seen.condition}) OR (entry.person_id = ''"
        " AND (entry.actor_id = ANY(%(accounts)s::bigint[]) OR entry.user_id = ANY(%(accounts)s::bigint[]))))"
    )
    asked.values |= {"accounts": [str(number) for number in (user.pk, *accounts)], **seen.values}


def _add_who(asked: _Asked, who: str | None) -> None:
    if who is None:
        return
    if who in AUTOMATIONS:
        asked.add("entry.automation = %(automation)s", automation=who)
        return
    account = User.objects.filter(username=who).values_list("pk", flat=True).first()
    asked.add("entry.actor_id = %(actor)s", actor=-1 if account is None else account)
