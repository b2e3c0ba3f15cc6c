"""Tell whom it concerns what automation wrote to Salesforce: who got somebody, and whose people were given up.

Only what was written is told: what was a dry run, or lost to somebody's newer change, concerns nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.urls import reverse

from alerts.stops import Telling, read_stopped
from alerts.telling.notices import Name, Notice, Topic, tell
from base.models import User
from leadmodel.may_act import ABANDON, REASSIGN
from leadmodel.outcomes import names

_LATELY = timedelta(days=2)
"""What was written longer ago is no news any more."""
_TELLING = {ABANDON: Telling.ABANDONED, REASSIGN: Telling.REASSIGNED}
_UNTOLD = """
    SELECT effect.id, effect.kind, effect.subject, COALESCE(line.to_id, person.holder_id)
    FROM base_effect effect
    LEFT JOIN alerts_assignment line ON line.effect_id = effect.id
    LEFT JOIN leadmodel_personrecord record ON record.record_id = effect.subject
    LEFT JOIN leadmodel_person person ON person.person_id = record.person_id
    WHERE effect.kind = ANY(%(kinds)s) AND effect.state = 'done' AND effect.ended_at > %(since)s
      AND effect.result ? 'values'
      AND NOT EXISTS (SELECT FROM alerts_told told WHERE told.key = 'written/' || effect.id)
    ORDER BY effect.id
"""


class _Written(NamedTuple):
    number: int
    kind: str
    person_id: str
    holder_id: str | None

    def words(self, who: str) -> tuple[Topic, str, str]:
        """Under which topic it is told, in a line, and in a sentence."""
        if self.kind == REASSIGN:
            return (
                Topic.REASSIGNED,
                f"{who} is yours now",
                "Nobody answered them so far. Call or write, and log it.",
            )
        return (
            Topic.ABANDONED,
            f"{who} was given up",
            "Nobody was in touch for long, or they missed too many meetings: automation put them into Nurture.",
        )


def tell_written(*, now: datetime) -> int:
    """Tell what was written and is not told yet, once each; how many notices that were."""
    stopped = read_stopped()
    kinds = [kind for kind, telling in _TELLING.items() if telling not in stopped]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_UNTOLD, {"kinds": kinds, "since": now - _LATELY})
            written = [_Written(*row) for row in cursor.fetchall()]
        holders = {one.holder_id for one in written if one.holder_id is not None}
        users = User.objects.filter(salesforce_id__in=holders, is_active=True)
        of = dict(users.values_list("salesforce_id", "pk"))
        called = names([one.person_id for one in written])
        notices = [
            _notice(one, of[one.holder_id], called[one.person_id], now)
            for one in written
            if one.holder_id in of
        ]
        tell(notices, now=now)
    return len(notices)


def _notice(one: _Written, user: int, who: str, now: datetime) -> Notice:
    topic, headline, text = one.words(who)
    return Notice(
        key=f"written/{one.number}",
        topic=topic,
        name=Name.FIRST,
        to=user,
        person_id=one.person_id,
        headline=headline,
        text=text,
        link=reverse("person", args=[one.person_id]),
        expires_at=now + _LATELY,
    )
