"""What became of actions: the writes and requests about people, newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from base.models import Effect, User
from leadmodel.access import sees_all
from leadmodel.actions import UNDO
from leadmodel.may_act import lately_given_up, taken_over
from leadmodel.models import PersonRecord, Request
from sync.models.writing import EVERYTHING
from sync.writeback.deliver import TASK_UNDO

FAILED = (Effect.State.CONFLICT, Effect.State.REFUSED)


def writes_about(person_ids: Collection[str], since: datetime) -> dict[str, list[Effect]]:
    """Each person's writes decided since then, under whichever of their records."""
    person_of = _records(person_ids)
    found: dict[str, list[Effect]] = {person_id: [] for person_id in person_ids}
    effects = Effect.objects.filter(
        subject__in=person_of, created_at__gte=since, kind__startswith=EVERYTHING
    ).select_related("decided_by")
    for effect in effects.order_by("-created_at", "-pk"):
        found[person_of[effect.subject]].append(effect)
    return found


def requests_about(person_ids: Collection[str], since: datetime) -> dict[str, list[Request]]:
    """Each person's requests: those that wait, and those answered since then."""
    person_of = _records(person_ids)
    found: dict[str, list[Request]] = {person_id: [] for person_id in person_ids}
    current = Q(state=Request.State.WAITING) | Q(answered_at__gte=since)
    requests = Request.objects.filter(current, record_id__in=person_of)
    for request in requests.select_related("asked_by", "answered_by").order_by("-asked_at", "-pk"):
        found[person_of[request.record_id]].append(request)
    return found


def failed_writes(rep: str, since: datetime) -> list[Effect]:
    """What a rep decided since then and Salesforce did not take, unless they decided about the record again."""
    decided = Effect.objects.filter(decided_by__salesforce_id=rep, kind__startswith=EVERYTHING)
    again = decided.filter(subject=OuterRef("subject"), created_at__gt=OuterRef("created_at"))
    failed = decided.filter(~Exists(again), state__in=FAILED, created_at__gte=since)
    return list(failed.order_by("-created_at", "-pk"))


def can_be_undone(user: User, effects: Sequence[Effect], *, now: datetime) -> set[int]:
    """Those of the writes that this user may take back and that nobody has."""
    is_anybodys = sees_all(user)
    theirs = set() if is_anybodys else lately_given_up(user, effects, now=now)
    mine = [
        effect
        for effect in effects
        if effect.state == Effect.State.DONE
        and effect.kind not in {UNDO, TASK_UNDO}
        and (effect.result.get("task") or effect.result.get("values"))
        and (is_anybodys or effect.decided_by_id == user.pk or effect.pk in theirs)
    ]
    undone = Effect.objects.filter(key__in=[f"undo:{effect.pk}" for effect in mine])
    keys, others = set(undone.values_list("key", flat=True)), taken_over(user, mine)
    return {effect.pk for effect in mine if f"undo:{effect.pk}" not in keys and effect.pk not in others}


def access_write(user: User, number: int, *, now: datetime) -> Effect:
    """One of the user's own writes, or by which automation just gave up somebody of theirs; for ops anybody's.

    Raises Http404.
    """
    effect = Effect.objects.filter(pk=number, kind__startswith=EVERYTHING).first()
    is_own = effect is not None and (effect.decided_by_id == user.pk or sees_all(user))
    if effect is None or not (is_own or lately_given_up(user, [effect], now=now)):
        raise Http404(f"There is no write {number} of yours.")
    return effect


def names(record_ids: Collection[str]) -> Mapping[str, str]:
    """The name of the person each record stands for; its Id where it has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.id, COALESCE(NULLIF(concat_ws(' ', COALESCE(lead.first_name, contact.first_name),"
            " COALESCE(lead.last_name, contact.last_name)), ''), asked.id)"
            " FROM unnest(%s::text[]) AS asked (id)"
            " LEFT JOIN leadmodel_personrecord record ON record.record_id = asked.id"
            " LEFT JOIN sync_lead lead ON lead.id = COALESCE(record.person_id, asked.id)"
            " LEFT JOIN sync_contact contact ON contact.id = COALESCE(record.person_id, asked.id)",
            [list(record_ids)],
        )
        return dict(cursor.fetchall())


def _records(person_ids: Collection[str]) -> dict[str, str]:
    """Record → person, for all records of these people."""
    records = PersonRecord.objects.filter(person_id__in=person_ids)
    return dict(records.values_list("record_id", "person_id"))
