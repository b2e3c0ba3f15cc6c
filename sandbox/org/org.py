"""The organisation: its rows, and what Salesforce does when one of them changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sandbox.org import archiving, conversion, history, merging, recycling, rules
from sandbox.org.clock import Clock
from sandbox.org.defaults import followed, with_defaults
from sandbox.org.errors import ApiError, deleted, no_such_record, unsupported_object
from sandbox.org.ids import make_id
from sandbox.org.instants import to_second_text
from sandbox.org.lateness import Lateness
from sandbox.org.rules import PLAIN, Options
from sandbox.org.schema import SObject, Value
from sandbox.org.store import Row, Store
from sandbox.org.validation import checked_values

API_USER = "api_user_id"
"""The setting that names the user whom API clients act as."""


class Org:
    """A store plus behaviour. Every change is one transaction and stamps whole seconds, as Salesforce does.

    `user_id` is who does it (the API's own user when left out), `now` when (the organisation's clock when
    left out), `options` which rules it meets. What is refused raises ApiError.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock(store)
        self.lateness = Lateness(store)

    def create(
        self,
        object_name: str,
        values: Mapping[str, object],
        user_id: str | None = None,
        now: datetime | None = None,
        options: Options = PLAIN,
    ) -> str:
        """Creates a record and answers its Id."""
        one = self.object(object_name)
        if not one.createable:
            raise ApiError(
                400,
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                f"entity type cannot be inserted: {one.label}",
                [],
            )
        at = self._stamp(now)
        with self.store.transaction():
            user_id = user_id or self.api_user_id()
            row = with_defaults(
                self.store, one, checked_values(self.store, one, values, creating=True), user_id=user_id
            )
            if options.assigns:
                row["OwnerId"] = rules.assigned_owner(self.store, one, row) or row["OwnerId"]
            self._refuse_duplicate(one, row, record_id=None)
            rules.refuse(self.store, one, row, {}, options)
            row |= followed(self.store, one, row, {}, now=at)
            row |= _stamps(one, user_id, at, created=True)
            row["Id"] = self.store.new_id(one.name)
            self.store.insert_many(one.name, [row])
            history.record_event(self.store, one, str(row["Id"]), "created", user_id=user_id, at=at)
            if one.name == "Opportunity":
                history.record_stage(self.store, row, user_id=user_id, at=at)
        return str(row["Id"])

    def update(
        self,
        object_name: str,
        record_id: str,
        values: Mapping[str, object],
        user_id: str | None = None,
        now: datetime | None = None,
        options: Options = PLAIN,
    ) -> None:
        """Changes fields of a record, with the history rows that tracked fields leave."""
        one = self.object(object_name)
        if not one.updateable:
            raise ApiError(
                400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be updated: {one.label}", []
            )
        at = self._stamp(now)
        with self.store.transaction():
            user_id = user_id or self.api_user_id()
            before = self.live_row(one.name, record_id)
            if one.name == "Lead" and before["IsConverted"]:
                raise ApiError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])
            written = checked_values(self.store, one, values, creating=False)
            if options.assigns and (owner_id := rules.assigned_owner(self.store, one, {**before, **written})):
                written["OwnerId"] = owner_id
            self._refuse_duplicate(one, written, record_id=str(before["Id"]))
            rules.refuse(self.store, one, {**before, **written}, before, options)
            written |= followed(self.store, one, written, before, now=at)
            self.write(one, before, written, user_id=user_id, at=at)

    def write(self, one: SObject, before: Row, written: Row, *, user_id: str, at: str) -> None:
        """Writes fields that are known to be right, with stamps and history. Call inside a transaction."""
        written = {**written, **_stamps(one, user_id, at, created=False)}
        self.store.update_row(one.name, str(before["Id"]), written)
        after = {**before, **written}
        history.record_changes(self.store, one, before, after, user_id=user_id, at=at)
        if one.name == "Opportunity" and history.stage_changed(before, after):
            history.record_stage(self.store, after, user_id=user_id, at=at)

    def delete(
        self, object_name: str, record_id: str, user_id: str | None = None, now: datetime | None = None
    ) -> None:
        """Into the recycle bin, with its activities; objects that have none are gone at once."""
        with self.store.transaction():
            recycling.delete(self, object_name, record_id, user_id or self.api_user_id(), self._stamp(now))

    def undelete(
        self, object_name: str, record_id: str, user_id: str | None = None, now: datetime | None = None
    ) -> None:
        """Back from the recycle bin, with what went there together with it."""
        with self.store.transaction():
            recycling.undelete(self, object_name, record_id, user_id or self.api_user_id(), self._stamp(now))

    def hard_delete(
        self, object_name: str, record_id: str, user_id: str | None = None, now: datetime | None = None
    ) -> None:
        """Past the recycle bin or out of it: the record and its history are gone for good."""
        with self.store.transaction():
            recycling.hard_delete(
                self, object_name, record_id, user_id or self.api_user_id(), self._stamp(now)
            )

    def empty_bin(self, until: datetime | None = None) -> dict[str, int]:
        """Deletes for good what went into the recycle bin until an instant (all of it when left out).

        Answers how many records of each object.
        """
        with self.store.transaction():
            return recycling.empty_bin(self, self._stamp(until))

    def archive(self, now: datetime | None = None) -> dict[str, int]:
        """Archives activities that were over a year ago, as Salesforce does in the background; how many of each."""
        with self.store.transaction():
            return archiving.archive(self, now or self.clock.now())

    def touch(self, record_id: str, now: datetime | None = None) -> None:
        """Moves a record's SystemModstamp alone, as changes by the system itself do."""
        one = self.store.schema.by_prefix(record_id[:3])
        if one is None or not one.has("SystemModstamp") or self.store.row(one.name, record_id) is None:
            raise no_such_record()
        self.store.update_row(one.name, record_id, {"SystemModstamp": self._stamp(now)})

    def convert(
        self,
        lead_id: str,
        *,
        user_id: str | None = None,
        now: datetime | None = None,
        status: str | None = None,
        account_id: str | None = None,
        contact_id: str | None = None,
        opportunity: Mapping[str, object] | None = None,
    ) -> conversion.Converted:
        """Converts a lead into a contact of an account, and into an opportunity when its values are given.

        `status` is the converted lead's Status (unchanged when left out); existing records may be named.
        """
        with self.store.transaction():
            return conversion.convert(
                self,
                lead_id,
                user_id=user_id or self.api_user_id(),
                now=now or self.clock.now(),
                status=status,
                account_id=account_id,
                contact_id=contact_id,
                opportunity=opportunity,
            )

    def merge(
        self,
        winner_id: str,
        loser_ids: Sequence[str],
        *,
        user_id: str | None = None,
        now: datetime | None = None,
        values: Mapping[str, object] | None = None,
    ) -> None:
        """Merges one or two records into another of the same object; `values` are the winner's fields to overwrite."""
        with self.store.transaction():
            merging.merge(
                self,
                winner_id,
                loser_ids,
                user_id=user_id or self.api_user_id(),
                now=now or self.clock.now(),
                values=values or {},
            )

    def object(self, name: str) -> SObject:
        """The object of this name as API users see it."""
        one = self.store.visible_schema.get(name)
        if one is None:
            raise unsupported_object(name)
        return one

    def live_row(self, object_name: str, record_id: str) -> dict[str, Value]:
        """The record, which must exist and not be in the recycle bin."""
        row = self.store.row(object_name, record_id)
        if row is None:
            raise no_such_record()
        if row.get("IsDeleted"):
            raise deleted()
        return row

    def api_user_id(self) -> str:
        """The user whom API clients act as: the setting's, else the first active one, else one made now."""
        kept: str | None = self.store.setting(API_USER)
        if kept is not None:
            return kept
        found = self.store.connection.execute(
            'SELECT "Id" FROM "User" WHERE "IsActive" ORDER BY "Id"'
        ).fetchone()
        return str(found[0]) if found is not None else self._make_api_user()

    def ensure_organization(self) -> None:
        """The organisation's own record, where its data came without one."""
        if next(self.store.rows("Organization"), None) is not None:
            return
        at = self._stamp(None)
        row: dict[str, Value] = {
            "Id": make_id("00D", 0),
            "Name": "Sandbox Organisation",
            "OrganizationType": "Developer Edition",
            "InstanceName": "SBX",
            "IsSandbox": True,
            "TimeZoneSidKey": "UTC",
            "LanguageLocaleKey": "en_US",
            "DefaultLocaleSidKey": "en_US",
            "FiscalYearStartMonth": 1,
        }
        one = self.store.object("Organization")
        self.store.insert_many("Organization", [row | _stamps(one, self.api_user_id(), at, created=True)])

    def _make_api_user(self) -> str:
        at = self._stamp(None)
        with self.store.transaction():
            user_id = self.store.new_id("User")
            row: dict[str, Value] = {
                "Id": user_id,
                "Username": "admin@sandbox.example",
                "LastName": "Administrator",
                "Email": "admin@sandbox.example",
                "Alias": "admin",
                "IsActive": True,
                "UserType": "Standard",
            }
            self.store.insert_many(
                "User", [row | _stamps(self.store.object("User"), user_id, at, created=True)]
            )
        return user_id

    def _refuse_duplicate(self, one: SObject, row: Row, *, record_id: str | None) -> None:
        """Unique fields, and a person's one place in a campaign."""
        for field in one.fields:
            value = row.get(field.name)
            if not field.unique or value is None or field.type == "id":
                continue
            for other in self.store.rows(one.name, f'"{field.name}" = ?', (value,)):
                if other["Id"] != record_id:
                    raise ApiError(
                        400, "DUPLICATE_VALUE", f"duplicate value found: {field.name}", [field.name]
                    )
        if one.name == "CampaignMember" and record_id is None:
            for person in ("LeadId", "ContactId"):
                where = f'"CampaignId" = ? AND "{person}" = ?'
                member = self.store.rows(one.name, where, (row.get("CampaignId"), row.get(person)))
                if next(member, None) is not None:
                    raise ApiError(400, "DUPLICATE_VALUE", "Already a campaign member.", [])

    def _stamp(self, now: datetime | None) -> str:
        return to_second_text(now or self.clock.now())


def _stamps(one: SObject, user_id: str, at: str, *, created: bool) -> dict[str, Value]:
    told: dict[str, Value] = {"LastModifiedDate": at, "LastModifiedById": user_id, "SystemModstamp": at}
    if created:
        told |= {"CreatedDate": at, "CreatedById": user_id}
    return {name: value for name, value in told.items() if one.has(name)}
