"""What write-back asks of Salesforce: how records stand, one conditional change, one Task that comes once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

import requests

from sync.quota import CallsReserved
from sync.salesforce.client import Organisation
from sync.salesforce.http import OrganisationError, told_by
from sync.salesforce.outcomes import CallsSpent, QueryTooLong, Unwell, meaning_of
from sync.salesforce.soql import ids_among
from sync.windows import soql_instant
from sync.writeback.plan import Current, Send, Value

if TYPE_CHECKING:  # loaded where it is needed: see spoken_errors
    from simple_salesforce.api import SFType
    from simple_salesforce.exceptions import SalesforceError

OBJECTS = {"00Q": "Lead", "003": "Contact"}
"""Key prefix → object, of the records a person may be."""
_FOLLOWED = {"Lead": "ConvertedContactId", "Contact": None}
CLOCKS_APART = timedelta(minutes=1)
"""Salesforce's clock and ours may differ by this much."""
_HEADERS = {"Sforce-Auto-Assign": "FALSE"}
"""Assignment rules must not take away whom we mean to leave where they are."""
_MOVED_ON = frozenset({"CANNOT_UPDATE_CONVERTED_LEAD", "ENTITY_IS_DELETED", "NOT_FOUND"})


class Answer(Enum):
    """What Salesforce made of a write."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    """Somebody was faster, or the person has moved on: look again."""
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True)
class Told:
    """An answer, with Salesforce's own words where it did not accept. `record_id` of what it made, if any."""

    answer: Answer
    said: str = ""
    record_id: str = ""


def object_of(record_id: str) -> str:
    """The object of a person's record, by its Id."""
    return OBJECTS[record_id[:3]]


def read_current(
    organisation: Organisation, record_ids: Iterable[str], fields: Mapping[str, Iterable[str]]
) -> dict[str, Current]:
    """How records stand now, deleted ones too; one query per object. `fields`: object → what to read of it."""
    found: dict[str, Current] = {}
    by_object: dict[str, list[str]] = {}
    for record_id in sorted(set(record_ids)):
        by_object.setdefault(object_of(record_id), []).append(record_id)
    for name, ids in by_object.items():
        followed = _FOLLOWED[name]
        asked = sorted({*fields.get(name, ()), *([followed] if followed else [])})
        columns = ["Id", "IsDeleted", "MasterRecordId", "LastModifiedDate", "LastModifiedById", *asked]
        for row in query(organisation, f"SELECT {', '.join(columns)} FROM {name} WHERE {ids_among(ids)}"):
            follows = row["MasterRecordId"] or (row[followed] if followed else None)
            found[row["Id"]] = Current(
                name,
                row["Id"],
                row["IsDeleted"],
                follows,
                row["LastModifiedDate"],
                row["LastModifiedById"],
                {f: row[f] for f in asked},
            )
    return found


def change(organisation: Organisation, send: Send, values: Mapping[str, Value]) -> Told:
    """Write these values of a record unless somebody changed it since we looked."""
    seen = datetime.fromisoformat(send.modified_at).astimezone(UTC)
    headers = _HEADERS | {"If-Unmodified-Since": format_datetime(seen, usegmt=True)}
    return _asked(
        lambda: organisation.renewing(
            lambda: _of(organisation, send.object_name).update(send.record_id, dict(values), headers=headers)
        )
    )


def make_task(organisation: Organisation, values: Mapping[str, Value], key: str, key_field: str) -> Told:
    """Make a Task, or update the one made before under this key."""
    return _asked(
        lambda: organisation.renewing(
            lambda: _of(organisation, "Task").upsert(
                f"{key_field}/{key}", dict(values), raw_response=True, headers=_HEADERS
            )
        )
    )


def make_task_without_key(
    organisation: Organisation,
    values: Mapping[str, Value],
    since: datetime,
    *,
    others: Collection[str] | None,
) -> Told:
    """Make a Task where the organisation has no field for our key.

    `others` is given for a repetition: the one made already is looked for first, and is none of these Tasks.
    """
    if others is not None:
        same = " AND ".join(
            f"{field} = {_quoted(values[field])}" for field in ("WhoId", "OwnerId", "Subject")
        )
        stamp = soql_instant((since - CLOCKS_APART).replace(microsecond=0))
        rows = query(organisation, f"SELECT Id FROM Task WHERE {same} AND CreatedDate >= {stamp} ORDER BY Id")
        found = [row["Id"] for row in rows if row["Id"] not in others]
        if found:
            return Told(Answer.ACCEPTED, record_id=found[0])
    return _asked(
        lambda: organisation.renewing(
            lambda: _of(organisation, "Task").create(dict(values), headers=_HEADERS)
        )
    )


def delete_task(organisation: Organisation, task_id: str) -> Told:
    """Take a Task of ours away again; one that is gone already is no trouble.

    It is reopened first: what Salesforce forgets we keep (M2), but a reopened task is no touch (K11).
    """
    told = _asked(
        lambda: organisation.renewing(
            lambda: _of(organisation, "Task").update(task_id, {"Status": "Not Started"}, headers=_HEADERS)
        )
    )
    if told.answer is Answer.ACCEPTED:
        told = _asked(lambda: organisation.renewing(lambda: _of(organisation, "Task").delete(task_id)))
    return Told(Answer.ACCEPTED) if told.answer is Answer.CHANGED else told


def _of(organisation: Organisation, name: str) -> SFType:
    return cast("SFType", getattr(organisation.salesforce, name))


def _quoted(value: Value) -> str:
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"


def query(organisation: Organisation, soql: str) -> list[dict[str, Any]]:
    """All rows, deleted ones too, page by page."""
    page = organisation.json("queryAll", params={"q": soql})
    records: list[dict[str, Any]] = page["records"]
    while not page["done"]:
        _, _, _, _, below = page["nextRecordsUrl"].split("/", 4)  # /services/data/v…/
        page = organisation.json(below)
        records += page["records"]
    return records


def _asked(call: Callable[[], object]) -> Told:
    """Do a write, and say what became of it. Raises CallsReserved where none may be done now."""
    from simple_salesforce.exceptions import SalesforceError  # noqa: PLC0415

    try:
        answer = call()
    except CallsReserved:
        raise
    except OrganisationError as error:
        cause = error.__cause__
        return _refusal(cause) if isinstance(cause, SalesforceError) else Told(Answer.LATER, str(error))
    return Told(Answer.ACCEPTED, record_id=_made(answer))


def _made(answer: object) -> str:
    if isinstance(answer, requests.Response):
        answer = answer.json() if answer.content else {}
    return str(answer.get("id", "")) if isinstance(answer, dict) else ""


def _refusal(error: SalesforceError) -> Told:
    said = told_by(error.status, error.content)
    if error.status == requests.codes.precondition_failed or said.code in _MOVED_ON:
        return Told(Answer.CHANGED, said.sentence)
    meaning = meaning_of(error.status, said)
    passes = isinstance(meaning, (Unwell, CallsSpent, QueryTooLong))
    return Told(Answer.LATER if passes else Answer.REFUSED, str(meaning))
